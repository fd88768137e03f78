// SPDX-License-Identifier: GPL-2.0-only
// What `kdisk mkfs` writes to and what it leaves alone, and how it refuses what cannot be had.
import {spawn} from 'node:child_process';
import {closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import {kdisk} from '../support/kdisk.ts';
import {failed, makeFiles, MIB, mkfs, tag} from '../support/new-image.ts';
import {emptyImage, ext4Image, isRoot, sha256, temporaryDirectory, tool} from '../support/tools.ts';

const directory = temporaryDirectory();
let count = 0;
const fresh = () => join(directory, `${count++}.img`);

/** One line, and nothing was made. */
function expectRefusal(words: string[], status: number, message: RegExp, image: string | undefined): void {
  const refused = mkfs(words);
  expect(refused.stderr).toMatch(message);
  expect(refused.stderr.trimEnd()).not.toContain('\n');
  expect([refused.status, refused.stdout]).toEqual([status, '']);
  if (image !== undefined) expect(existsSync(image)).toBe(false);
}

describe('refused before anything is made:', () => {
  it.each<[string, string[], number, RegExp]>([
    ['a type that nobody knows', ['-t', 'reiserfs', '--size', '1G'], 2, /cannot make "reiserfs"; it makes ext2, .* and erofs/],
    ['no size', ['-t', 'ext4'], 2, /has no size yet; give one, such as --size 1G/],
    ['a size that is none', ['-t', 'ext4', '--size', 'large'], 2, /--size wants a size such as 64M/],
    ['a label that is too long', ['-t', 'ext4', '--size', '8M', '-L', 'seventeen letters'], 2, /label of ext4 has 16 bytes at most, .* has 17/],
    ['the same in bytes', ['-t', 'ext4', '--size', '8M', '-L', 'äöüäöüäöü'], 2, /has 16 bytes at most, .* has 18/],
    ['a label with a slash, of FAT', ['-t', 'vfat', '--size', '8M', '-L', 'A/B'], 2, /label of vfat cannot hold "\/"/],
    ['small letters in one', ['-t', 'vfat', '--size', '8M', '-L', 'boot'], 2, /capital/],
    ['a UUID that is none', ['-t', 'xfs', '--size', '1G', '-U', '1234'], 2, /UUID of xfs is written 12345678-/],
    ['a UUID for FAT', ['-t', 'vfat', '--size', '8M', '-U', '01234567-89ab-cdef-0123-456789abcdef'], 2, /written 1234-ABCD/],
    ['a block of 3 KiB', ['-t', 'ext4', '--size', '8M', '--block-size', '3K'], 2, /power of two from 1024 to 65536/],
    ['a timestamp that is none', ['-t', 'ext4', '--size', '8M', '--timestamp', 'soon'], 2, /--timestamp wants seconds/],
    ['a directory that is not there', ['-t', 'ext4', '--from', '/nowhere/at/all'], 3, /\/nowhere\/at\/all: no such file/],
    ['a file in its place', ['-t', 'ext4', '--from', '/etc/passwd'], 3, /\/etc\/passwd: not a directory/],
    ['free space without a size to choose', ['-t', 'ext4', '--size', '8M', '--free', '1M'], 2, /matter of --size auto/],
    ['nothing to measure', ['-t', 'ext4', '--size', 'auto'], 2, /--from/],
    ['squashfs of nothing', ['-t', 'squashfs', '--size', '8M'], 2, /--from DIRECTORY/],
  ])('%s', (_, words, status, message) => {
    const image = fresh();
    expectRefusal([...words, image], status, message, image);
  });

  it('an image in no directory', () => expectRefusal(['-t', 'ext4', '--size', '8M', '/nowhere/x.img'], 3, /no directory/, undefined));
  it('a directory as image', () => expectRefusal(['-t', 'ext4', '--size', '8M', directory], 2, /is neither a file nor a block device/, undefined));
  it('a path inside of an image', () => expectRefusal(['-t', 'ext4', 'x.img:/home'], 2, /path in an image/, undefined));
  it('two images', () => expectRefusal(['-t', 'ext4', '--size', '8M', 'a', 'b'], 2, /one image at a time/, undefined));
  it('standard input', () => expectRefusal(['-t', 'ext4', '-'], 2, /not an image/, undefined));
});

describe('a failure of the tool', () => {
  it.each([
    ['an option that it refuses', ['-t', 'ext4'], ['-b', '777'], /invalid block size/],
    ['an option with which it makes nothing', ['-t', 'ext4'], ['-n'], /makes no ext4 with these options; nothing was changed/],
    ['a block that is too large for the size', ['-t', 'xfs', '--block-size', '64K'], [], /mkfs\.xfs: /],
  ])('costs nothing of what was there: %s', (_, words, native, message) => {
    const image = fresh();
    expect(mkfs(['-t', 'ext4', '--size', '20M', '-q', image]).status).toBe(0);
    const before = sha256(image);
    expectRefusal([...words, '--force', image, '--', ...native], 2, message, undefined);
    expect(sha256(image)).toBe(before);
  });

  it('is told in its words, and a new image goes away', () => {
    const image = fresh();
    expectRefusal(['-t', 'ext4', '--size', '8M', image, '--', '-O', 'nonsense'], 2, /mke2fs: .*nonsense/, image);
  });

  it('names the least size where it is too small', () => {
    const image = fresh();
    expectRefusal(['-t', 'btrfs', '--size', '10M', image], 2, /btrfs.*; btrfs needs 109 MiB at least/, image);
  });

  it('says of an image that was there that it is gone', () => {
    const image = ext4Image(fresh(), 8 * MIB);
    const tree = `${image}.tree`;
    mkdirSync(tree);
    writeFileSync(join(tree, 'large'), Buffer.alloc(12 * MIB, 'large'));
    const {status, stderr} = mkfs(['-t', 'ext4', '--force', '--from', tree, image]);
    expect(status).toBe(7);
    expect(stderr).toContain(`; ${image} holds no usable file system now\n`);
    expect(existsSync(image)).toBe(true);
  });
});

describe('what is there', () => {
  it('is not overwritten, down to a byte in the last megabyte', () => {
    const image = emptyImage(fresh(), 32 * MIB);
    const file = openSync(image, 'r+');
    writeSync(file, 'x', 32 * MIB - 1);
    closeSync(file);
    const before = sha256(image);
    expect(mkfs(['-t', 'ext4', image]).stderr).toContain('holds data of an unknown kind; to make');
    expect(sha256(image)).toBe(before);
    expect(failed(mkfs(['-t', 'ext4', '-f', image]))).toBe('');
  });

  it('is a partition table, too', () => {
    const image = emptyImage(fresh(), 32 * MIB);
    tool('sfdisk', ['-q', image], 'label: gpt\nsize=8M\nsize=8M\n');
    expect(mkfs(['-t', 'ext4', image]).stderr).toContain('holds a gpt partition table with 2 partitions;');
  });

  it('may be an empty file, or zeroes of the right size', () => {
    const [empty, zeroes] = [emptyImage(fresh(), 0), emptyImage(fresh(), 8 * MIB)];
    expect(failed(mkfs(['-t', 'ext4', '--size', '9M', empty]))).toBe('');
    expect(statSync(empty).size).toBe(9 * MIB);
    expect(failed(mkfs(['-t', 'ext4', zeroes]))).toBe('');
    expect(statSync(zeroes).size).toBe(8 * MIB);
  });

  it('grows, and shrinks by force only', () => {
    const image = emptyImage(fresh(), 8 * MIB);
    expect(failed(mkfs(['-t', 'ext4', '--size', '16M', image]))).toBe('');
    expect(statSync(image).size).toBe(16 * MIB);
    const other = emptyImage(fresh(), 16 * MIB);
    expect(mkfs(['-t', 'ext4', '--size', '8M', other]).stderr).toMatch(/would be cut from 16 MiB to 8 MiB; add --force/);
    expect(failed(mkfs(['-t', 'ext4', '--size', '8M', '--force', other]))).toBe('');
    expect(statSync(other).size).toBe(8 * MIB);
  });

  it('in use is left alone', async () => {
    const image = ext4Image(fresh(), 8 * MIB);
    const {open} = await import('../../src/index.ts');
    await using held = await open(image, {write: true});
    const {status, stderr} = mkfs(['-t', 'ext4', '--force', image]);
    expect([status, held.writable]).toEqual([5, true]);
    expect(stderr).toMatch(/in use/);
  });

  it('mounted through a loop device is left alone', ({skip}) => {
    skip(!isRoot, 'needs root, and a loop mount with a driver in the host kernel');
    const image = ext4Image(fresh(), 8 * MIB);
    const place = `${image}.mounted`;
    mkdirSync(place);
    tool('mount', ['-o', 'loop,ro,noload', image, place]);
    try {
      const before = sha256(image);
      const made = mkfs(['-t', 'ext4', '--force', image]);
      const repaired = kdisk(['fsck', '-f', '-y', image]);
      expect([made.status, repaired.status]).toEqual([5, 8]);
      expect(made.stderr).toMatch(/in use/);
      expect(sha256(image)).toBe(before);
    } finally {
      tool('umount', [place]);
    }
    expect(kdisk(['fsck', '-f', '-y', image]).status).toBe(0);
  });
});

describe('a partition', () => {
  it.each(['gpt', 'dos'])('of a %s table is all that changes', (label) => {
    const image = emptyImage(fresh(), 64 * MIB);
    tool('sfdisk', ['-q', image], `label: ${label}\nstart=2048, size=16M\nstart=40960, size=16M\nsize=8M\n`);
    const file = openSync(image, 'r+');
    for (const at of [2048 * 512, 40960 * 512 - 1, 40960 * 512 + 16 * MIB]) writeSync(file, Buffer.from('edge'), 0, 1, at);
    closeSync(file);
    const outside = () => {
      const all = readFileSync(image);
      return Buffer.concat([all.subarray(0, 40960 * 512), all.subarray(40960 * 512 + 16 * MIB)]);
    };
    const before = outside();
    const made = mkfs(['-t', 'ext4', '-L', 'second', `${image}@p2`]);
    expect(failed(made)).toBe('');
    expect(made.stdout).toContain(`${image}@p2: ext4 "second", 16 MiB`);
    expect(outside().equals(before)).toBe(true);
    expect(kdisk(['df', '--json', `${image}@p2`]).json<{fileSystems: object[]}>().fileSystems).toMatchObject([{label: 'second'}]);
    expect(mkfs(['-t', 'vfat', `${image}@p2`]).stderr).toMatch(/@p2 holds ext4 labelled "second", .* used; /);
    expect(mkfs(['-t', 'vfat', `${image}@p7`]).stderr).toMatch(/has no @p7; it has @p1, @p2, @p3/);
    expect(mkfs(['-t', 'vfat', '--force', '--size', '4M', `${image}@p3`]).stderr).toMatch(/@p3 has 8 MiB; leave out --size/);
    expect(failed(mkfs(['-t', 'vfat', '--force', `${image}@p2`]))).toBe('');
    expect(outside().equals(before)).toBe(true);
  });
});

describe('words and values', () => {
  it('--dry-run writes nothing, and tells the command', () => {
    const image = fresh();
    const {stdout, status} = mkfs(['-t', 'ext4', '--size', '64M', '-L', 'two words', '--dry-run', image]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/would hold ext4 "two words", 64 MiB, UUID .*; by mke2fs -F -t ext4 -L 'two words' -U /);
    expect(existsSync(image)).toBe(false);
  });

  it('--verbose prints what the tool prints, and nothing else', () => {
    const {stdout} = mkfs(['-t', 'ext4', '--size', '64M', '--verbose', fresh()]);
    expect(stdout).toMatch(/^(Discarding device blocks|Creating filesystem with)/);
    expect(stdout).toContain('Writing superblocks and filesystem accounting information');
    expect(stdout).not.toContain('.img: ext4');
  });

  it('options behind "--" are the last word', () => {
    const image = fresh();
    expect(failed(mkfs(['-t', 'ext4', '--size', '64M', image, '--', '-O', '^has_journal', '-b', '2048']))).toBe('');
    expect(tag(image, 'BLOCK_SIZE')).toBe('2048');
    expect(tool('dumpe2fs', ['-h', image])).not.toContain('has_journal');
  });

  it('the umask is that of the user', () => {
    const image = fresh();
    tool('sh', ['-c', 'umask 027; exec "$@"', 'sh', process.execPath, program, 'mkfs', '-q', '-t', 'ext4', '--size', '8M', image]);
    expect((statSync(image).mode & 0o777).toString(8)).toBe('640');
  });
});

const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

describe('Ctrl-C', () => {
  const tree = join(directory, 'tree');
  mkdirSync(directory, {recursive: true});
  makeFiles(tree, 4000);

  /** Interrupts at a random moment; the program dies of the signal, or was done already. */
  async function interrupted(words: string[], after: number): Promise<{signal: string | null; stderr: string}> {
    const child = spawn(process.execPath, [program, 'mkfs', ...words], {stdio: ['ignore', 'ignore', 'pipe']});
    let stderr = '';
    child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
    setTimeout(() => child.kill('SIGINT'), after);
    const signal = await new Promise<string | null>((resolve) => child.once('close', (_, name) => resolve(name)));
    return {signal, stderr};
  }

  it('removes a new image, and names one that was there', {timeout: 120_000}, async () => {
    let [stopped, removed] = [0, 0];
    // Up to the end of the work, however long the machine takes for it.
    for (let after = 60, finished = false; !finished; after *= 1.2) {
      const image = fresh();
      const {signal, stderr} = await interrupted(['-t', 'ext4', '--size', '200M', '--from', tree, image], after);
      finished = signal === null;
      if (finished) continue;
      stopped++;
      expect([signal, existsSync(image)]).toEqual(['SIGINT', false]);
      // Nobody listens yet while Node starts.
      expect(stderr).toMatch(/^(kdisk: interrupted(; .* was removed again)?\n)?$/);
      if (stderr.includes('removed')) removed++;
    }
    expect(stopped).toBeGreaterThan(3);
    expect(removed).toBeGreaterThan(0);
    const image = ext4Image(fresh(), 200 * MIB);
    let named = 0;
    for (let after = 200, finished = false; !finished; after *= 1.2) {
      const {signal, stderr} = await interrupted(['-t', 'ext4', '--force', '--from', tree, image], after);
      finished = signal === null;
      if (stderr.includes('holds no usable file system now')) named++;
      expect(existsSync(image)).toBe(true);
    }
    expect(named).toBeGreaterThan(0);
  });
});

