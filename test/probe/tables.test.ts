// SPDX-License-Identifier: GPL-2.0-only
// Partition tables, made by the usual tools, are read as blkid and sfdisk read them.
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {probeTable} from '../../src/probe/tables/index.ts';
import {fileSource} from '../support/file-source.ts';
import {emptyImage, hasTools, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1024 * 1024;
const directory = temporaryDirectory();

/** An image with the table that a script for sfdisk asks for. */
function partitioned(name: string, script: string, mib = 64): string {
  const image = emptyImage(join(directory, `${name}.img`), mib * MIB);
  tool('sfdisk', ['-q', image], script);
  return image;
}

async function tableOf(image: string) {
  using source = fileSource(image);
  return await probeTable(source);
}

describe.runIf(hasTools('sfdisk', 'blkid', 'mkfs.vfat', 'mke2fs'))('probeTable', () => {
  it('reads GPT with names, types and the disk GUID', async () => {
    const image = partitioned(
      'gpt',
      `label: gpt
label-id: 01234567-89AB-4DEF-8123-456789ABCDEF
size=8M, type=uefi, name="EFI Sÿstem", uuid=11111111-2222-4333-8444-555555555555
size=16M, type=linux, attrs="LegacyBIOSBootable"
type=0fc63daf-8483-4772-8e79-3d69d8477dff
`,
    );
    expect(await tableOf(image)).toEqual({
      kind: 'gpt',
      id: '01234567-89ab-4def-8123-456789abcdef',
      entries: [
        {
          start: MIB,
          size: 8 * MIB,
          type: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
          typeName: 'EFI system',
          name: 'EFI Sÿstem',
          uuid: '11111111-2222-4333-8444-555555555555',
        },
        {
          start: 9 * MIB,
          size: 16 * MIB,
          type: '0fc63daf-8483-4772-8e79-3d69d8477de4',
          typeName: 'Linux',
          uuid: expect.any(String),
          bootable: true,
        },
        {
          start: 25 * MIB,
          size: expect.any(Number),
          type: '0fc63daf-8483-4772-8e79-3d69d8477dff',
          uuid: expect.any(String),
        },
      ],
    });
  });

  it('reads a dos table with logical partitions', async () => {
    const image = partitioned(
      'dos',
      'label: dos\nlabel-id: 0xdeadbeef\nx1: size=8M, type=c, bootable\nx2: size=40M, type=5\nx5: size=4M, type=83\nx6: size=4M, type=82\n',
    );
    const table = await tableOf(image);
    expect(table).toMatchObject({kind: 'dos', id: 'deadbeef'});
    expect(table!.entries.map(({type, typeName, bootable}) => [type, typeName, bootable])).toEqual([
      ['0x0c', 'FAT32 LBA', true],
      ['0x05', 'extended', undefined],
      ['0x83', 'Linux', undefined],
      ['0x82', 'Linux swap', undefined],
    ]);
    // sfdisk prints "start=", in sectors, in the same order
    const starts = [...tool('sfdisk', ['-d', image]).matchAll(/start=\s*(\d+)/g)].map(
      ([, start]) => Number(start) * 512,
    );
    expect(table!.entries.map(({start}) => start)).toEqual(starts);
  });

  it.each(['sun', 'sgi'])('knows a %s label', async (kind) => {
    const image = partitioned(kind, `label: ${kind}\nsize=16M\n`);
    const table = await tableOf(image);
    expect(table!.kind).toBe(kind);
    expect(table!.entries.length).toBeGreaterThan(0);
  });

  it('survives a chain of logical partitions that leads back to itself', async () => {
    const image = partitioned('loop', 'label: dos\nx1: size=40M, type=5\nx5: size=4M, type=83\nx6: size=4M, type=83\n');
    using source = fileSource(image);
    const extended = (await source.read(446 + 8, 4)).readUInt32LE(0);
    const looping = {
      size: source.size,
      async read(offset: number, length: number) {
        const sector = Buffer.from(await source.read(offset, length));
        if (offset === extended * 512) {
          sector[446 + 16 + 4] = 5;
          sector.writeUInt32LE(0, 446 + 16 + 8);
          sector.writeUInt32LE(8192, 446 + 16 + 12);
        }
        return sector;
      },
    };
    expect((await probeTable(looping))!.entries.length).toBeLessThan(300);
  });

  it.each([
    ['FAT', 'mkfs.vfat', []],
    ['ext4', 'mke2fs', ['-q', '-t', 'ext4']],
  ])('does not take a whole-disk %s for a table', async (name, maker, args) => {
    const image = emptyImage(join(directory, `${name}.img`), 32 * MIB);
    tool(maker, [...args, image]);
    expect(await tableOf(image)).toBeUndefined();
  });

  it('finds nothing in zeroes, nor in a file of one byte', async () => {
    expect(await tableOf(emptyImage(join(directory, 'zero.img'), MIB))).toBeUndefined();
    expect(await tableOf(emptyImage(join(directory, 'one.img'), 1))).toBeUndefined();
  });
});
