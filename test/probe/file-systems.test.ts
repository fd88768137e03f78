// SPDX-License-Identifier: GPL-2.0-only
// File systems made by their own tools are named as blkid names them, with the same label and UUID.
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {probeContent} from '../../src/probe/index.ts';
import {fileSource} from '../support/file-source.ts';
import {emptyImage, hasTools, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1024 * 1024;
const directory = temporaryDirectory();
const tree = join(directory, 'tree');
mkdirSync(tree);
writeFileSync(join(tree, 'file'), 'content');

interface Recipe {
  name: string;
  tool: string;
  /** "IMAGE" and "TREE" stand for paths. */
  args: string[];
  /** Size of the image that is made first; 0 for tools that make it. */
  mib: number;
  type: string;
  version?: string;
  label?: string;
  input?: string;
}

const recipes: Recipe[] = [
  {name: 'ext2', tool: 'mke2fs', args: ['-q', '-t', 'ext2', '-L', 'two', 'IMAGE'], mib: 8, type: 'ext2', label: 'two'},
  {
    name: 'ext3',
    tool: 'mke2fs',
    args: ['-q', '-t', 'ext3', '-L', 'Größe', 'IMAGE'],
    mib: 16,
    type: 'ext3',
    label: 'Größe',
  },
  {
    name: 'ext4',
    tool: 'mke2fs',
    args: ['-q', '-t', 'ext4', '-L', 'sixteen letters.', 'IMAGE'],
    mib: 16,
    type: 'ext4',
    label: 'sixteen letters.',
  },
  {
    name: 'ext4-no-journal',
    tool: 'mke2fs',
    args: ['-q', '-t', 'ext4', '-O', '^has_journal', 'IMAGE'],
    mib: 8,
    type: 'ext4',
  },
  {
    name: 'journal device',
    tool: 'mke2fs',
    args: ['-q', '-O', 'journal_dev', '-b', '1024', 'IMAGE'],
    mib: 8,
    type: 'jbd',
  },
  {
    name: 'btrfs',
    tool: 'mkfs.btrfs',
    args: ['-q', '-L', 'with blank', 'IMAGE'],
    mib: 120,
    type: 'btrfs',
    label: 'with blank',
  },
  {name: 'xfs', tool: 'mkfs.xfs', args: ['-q', '-L', 'xfslabel', 'IMAGE'], mib: 320, type: 'xfs', label: 'xfslabel'},
  {
    name: 'f2fs',
    tool: 'mkfs.f2fs',
    args: ['-q', '-l', 'flash ünï', 'IMAGE'],
    mib: 64,
    type: 'f2fs',
    label: 'flash ünï',
  },
  {
    name: 'FAT12',
    tool: 'mkfs.vfat',
    args: ['-F', '12', '-n', 'TWELVE', '-i', '1234abcd', 'IMAGE'],
    mib: 1,
    type: 'vfat',
    version: 'FAT12',
    label: 'TWELVE',
  },
  {
    name: 'FAT16',
    tool: 'mkfs.vfat',
    args: ['-F', '16', '-n', 'A LABEL', 'IMAGE'],
    mib: 20,
    type: 'vfat',
    version: 'FAT16',
    label: 'A LABEL',
  },
  {name: 'FAT32', tool: 'mkfs.vfat', args: ['-F', '32', 'IMAGE'], mib: 64, type: 'vfat', version: 'FAT32'},
  {
    name: 'FAT32 with 4 KiB sectors',
    tool: 'mkfs.vfat',
    args: ['-F', '32', '-S', '4096', '-n', 'BIG', 'IMAGE'],
    mib: 300,
    type: 'vfat',
    version: 'FAT32',
    label: 'BIG',
  },
  {
    name: 'exfat',
    tool: 'mkfs.exfat',
    args: ['-L', 'ex ä', 'IMAGE'],
    mib: 16,
    type: 'exfat',
    version: '1.0',
    label: 'ex ä',
  },
  {name: 'ntfs', tool: 'mkntfs', args: ['-q', '-F', '-L', 'NT läb', 'IMAGE'], mib: 16, type: 'ntfs', label: 'NT läb'},
  {
    name: 'squashfs',
    tool: 'mksquashfs',
    args: ['TREE', 'IMAGE', '-noappend', '-quiet', '-no-progress'],
    mib: 0,
    type: 'squashfs',
    version: '4.0',
  },
  {name: 'erofs', tool: 'mkfs.erofs', args: ['IMAGE', 'TREE'], mib: 0, type: 'erofs'},
  {
    name: 'iso',
    tool: 'genisoimage',
    args: ['-quiet', '-V', 'ISO_LABEL', '-R', '-o', 'IMAGE', 'TREE'],
    mib: 0,
    type: 'iso9660',
    label: 'ISO_LABEL',
  },
  {
    name: 'iso with Joliet',
    tool: 'genisoimage',
    args: ['-quiet', '-V', 'Mixed Case', '-J', '-R', '-o', 'IMAGE', 'TREE'],
    mib: 0,
    type: 'iso9660',
    label: 'Mixed Case',
  },
  {
    name: 'iso and udf',
    tool: 'genisoimage',
    args: ['-quiet', '-udf', '-V', 'BRIDGE', '-o', 'IMAGE', 'TREE'],
    mib: 0,
    type: 'udf',
    label: 'BRIDGE',
  },
  {name: 'udf', tool: 'mkudffs', args: ['--label=UDF läb', 'IMAGE'], mib: 10, type: 'udf', label: 'UDF läb'},
  {
    name: 'udf with 4 KiB blocks',
    tool: 'mkudffs',
    args: ['-b', '4096', '--label=four', 'IMAGE'],
    mib: 10,
    type: 'udf',
    label: 'four',
  },
  {name: 'jfs', tool: 'mkfs.jfs', args: ['-q', '-L', 'jl', 'IMAGE'], mib: 20, type: 'jfs', label: 'jl'},
  {
    name: 'nilfs2',
    tool: 'mkfs.nilfs2',
    args: ['-q', '-L', 'nl', 'IMAGE'],
    mib: 200,
    type: 'nilfs2',
    version: '2.0',
    label: 'nl',
  },
  {name: 'minix 1', tool: 'mkfs.minix', args: ['-1', 'IMAGE'], mib: 4, type: 'minix', version: '1'},
  {name: 'minix 2', tool: 'mkfs.minix', args: ['-2', 'IMAGE'], mib: 4, type: 'minix', version: '2'},
  {name: 'minix 3', tool: 'mkfs.minix', args: ['-3', 'IMAGE'], mib: 4, type: 'minix', version: '3'},
  {
    name: 'cramfs',
    tool: 'mkfs.cramfs',
    args: ['-n', 'crlabel', 'TREE', 'IMAGE'],
    mib: 0,
    type: 'cramfs',
    label: 'crlabel',
  },
  {name: 'bfs', tool: 'mkfs.bfs', args: ['IMAGE'], mib: 4, type: 'bfs'},
  {
    name: 'ufs',
    tool: 'makefs',
    args: ['-t', 'ffs', '-s', '8m', '-o', 'version=1', 'IMAGE', 'TREE'],
    mib: 0,
    type: 'ufs',
    version: '1',
  },
  {name: 'hfs', tool: 'hformat', args: ['-l', 'HFS lab', 'IMAGE'], mib: 10, type: 'hfs', label: 'HFS lab'},
  {
    name: 'reiserfs',
    tool: 'mkreiserfs',
    args: ['-q', '-f', '-l', 'rl', 'IMAGE'],
    mib: 40,
    type: 'reiserfs',
    version: '3.6',
    label: 'rl',
  },
  {name: 'swap', tool: 'mkswap', args: ['-L', 'swl', 'IMAGE'], mib: 4, type: 'swap', label: 'swl'},
  {
    name: 'LUKS 1',
    tool: 'cryptsetup',
    args: ['luksFormat', '-q', '--type=luks1', '--pbkdf-force-iterations=1000', 'IMAGE', '-'],
    mib: 20,
    type: 'crypto_LUKS',
    version: '1',
    input: 'pw',
  },
  {
    name: 'LUKS 2',
    tool: 'cryptsetup',
    args: [
      'luksFormat',
      '-q',
      '--type=luks2',
      '--label=ll',
      '--pbkdf=pbkdf2',
      '--pbkdf-force-iterations=1000',
      'IMAGE',
      '-',
    ],
    mib: 20,
    type: 'crypto_LUKS',
    version: '2',
    label: 'll',
    input: 'pw',
  },
];

function blkid(image: string): Record<string, string> {
  const lines = tool('blkid', ['-p', '-o', 'udev', image]).trim().split('\n');
  const decode = (value: string) =>
    Buffer.from(
      value.replace(/\\x([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
      'utf8',
    ).toString();
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), decode(line.slice(line.indexOf('=') + 1))]),
  );
}

describe('probeContent', () => {
  describe.each(recipes)('$name', ({name, tool: maker, args, mib, type, version, label, input}) => {
    it.runIf(hasTools(maker, 'blkid'))('is what blkid says', async () => {
      const image = join(directory, `${name}.img`);
      if (mib > 0) emptyImage(image, mib * MIB);
      tool(
        maker,
        args.map((arg) => arg.replace('IMAGE', image).replace('TREE', tree)),
        input,
      );
      using source = fileSource(image);
      const content = await probeContent(source);
      const expected = blkid(image);
      expect(content).toMatchObject({type, ...(version ? {version} : {})});
      expect(content!.type).toBe(expected.ID_FS_TYPE);
      expect(content!.label).toBe(label);
      expect(content!.label).toBe(expected.ID_FS_LABEL_ENC);
      expect(content!.uuid).toBe(expected.ID_FS_UUID_ENC);
      if (content!.size !== undefined) expect(content!.size).toBeLessThanOrEqual(source.size);
    });
  });
});
