// SPDX-License-Identifier: GPL-2.0-only
// kdisk fsck as a user meets it: what it prints, its exit codes, what it refuses, and that an image changes only when
// it was repaired, checked again and found clean.
import {execFileSync} from 'node:child_process';
import {chmodSync, existsSync, mkdtempSync, readFileSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {checker, copyOf, damagedExt4, damagedVfat, patch, smallTree} from '../support/damage.ts';
import {kdisk} from '../support/kdisk.ts';
import {emptyImage, ext4Image, isRoot, sha256, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1024 * 1024;
const directory = temporaryDirectory();
const tree = smallTree(join(directory, 'tree'));
const damaged = damagedExt4(join(directory, 'damaged.img'), tree);
const clean = ext4Image(join(directory, 'clean.img'), 16 * MIB, tree);
const vfat = damagedVfat(join(directory, 'vfat.img'));

let count = 0;
const copy = (image: string) => copyOf(image, join(directory, `copy-${++count}.img`));

/** Runs it, and requires that the image is as it was. */
function untouched(image: string, ...words: string[]) {
  const before = sha256(image);
  const run = kdisk(['fsck', ...words]);
  expect(sha256(image)).toBe(before);
  return run;
}

describe('a report', () => {
  it('of a clean file system is a line', () => {
    expect(untouched(clean, clean)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(
        /^.*clean\.img: ext4, marked as clean: \d+ files, \d+ % used \(-f checks all of it\)\n$/,
      ),
    });
    expect(untouched(clean, '-f', clean)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/^.*clean\.img: ext4, clean: \d+ files, \d+ % used\n$/),
    });
  });

  it('of a damaged one says what is wrong and what can be done', () => {
    const {status, stdout, stderr} = untouched(damaged, damaged);
    expect(status).toBe(checker('e2fsck', '-n', damaged).status);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^.*damaged\.img: ext4, damaged: \d+ problems\n/);
    expect(stdout).toContain(`kdisk fsck -y ${damaged}`);
    expect(untouched(damaged, '-n', damaged).stdout).toBe(stdout);
    expect(untouched(damaged, '-q', damaged)).toMatchObject({status: 4, stdout: '', stderr: ''});
  });

  it('--verbose prints what the tool prints', () => {
    const native = checker('e2fsck', '-fn', damaged).said;
    const {stdout} = untouched(damaged, '-v', '-f', damaged);
    const lines = (text: string) =>
      text
        .split('\n')
        .filter((line) => !/^e2fsck \d/.test(line))
        .sort();
    expect(lines(stdout).map((line) => line.replace('/disk', damaged))).toEqual(lines(native));
  });

  it('options after -- go to the tool', () => {
    const {stdout} = untouched(clean, '-v', '-f', clean, '--', '-v');
    expect(stdout).toMatch(/\d+ regular files/);
    const wrong = untouched(clean, clean, '--', '-Z');
    expect(wrong).toMatchObject({
      status: 8,
      stdout: expect.stringMatching(/not checked \(e2fsck: .*unrecognized option/),
    });
  });

  it('--json', () => {
    const result = untouched(damaged, '--json', damaged).json<Record<string, unknown>>();
    expect(result).toMatchObject({
      image: damaged,
      selector: '@disk',
      type: 'ext4',
      tool: 'e2fsck',
      state: 'damaged',
      exitCode: 4,
      written: false,
      changedBytes: 0,
    });
    expect((result.problems as {count: number}[]).reduce((sum, {count}) => sum + count, 0)).toBe(result.problemCount);
  });
});

describe('a repair', () => {
  it('-y is written when it is clean, as the native tool would do it', () => {
    const [ours, native] = [copy(damaged), copy(damaged)];
    const {status, stdout} = kdisk(['fsck', '-y', ours]);
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/ext4, repaired: \d+ problems; checked again and clean, \d.* changed\n/),
    ]);
    expect(checker('e2fsck', '-fn', ours)).toMatchObject({status: 0});
    checker('e2fsck', '-fy', native);
    const files = (image: string) =>
      tool('debugfs', ['-R', 'ls -l /lost+found', image]).replace(/\d\d-\w+-\d{4}.*/g, '');
    expect(files(ours)).toBe(files(native));
    expect(existsSync(`${ours}.kdisk-redo`)).toBe(false);
    expect(kdisk(['fsck', '-y', ours]).status).toBe(0);
  });

  it('-p leaves what needs a decision, and the image as it was', () => {
    const image = copy(damaged);
    const {status, stdout} = untouched(image, '-p', image);
    expect([status, checker('e2fsck', '-p', copy(damaged)).status]).toEqual([4, 4]);
    expect(stdout).toContain('the image is as it was');
  });

  it('-p replays a journal', () => {
    const image = copy(clean);
    const commands = join(directory, 'journal');
    writeFileSync(commands, 'jo\njw -b 333 /dev/zero\njc\n');
    tool('debugfs', ['-w', '-f', commands, image]);
    const before = untouched(image, image);
    expect(before).toMatchObject({status: 0, stdout: expect.stringContaining('its journal was not replayed yet')});
    expect(kdisk(['fsck', '-p', image])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('its journal was replayed'),
    });
    expect(tool('dumpe2fs', ['-h', image])).not.toContain('needs_recovery');
    expect(checker('e2fsck', '-fn', image).status).toBe(0);
  });

  it('--in-place', () => {
    const image = copy(damaged);
    expect(kdisk(['fsck', '-y', '--in-place', image]).status).toBe(1);
    expect(checker('e2fsck', '-fn', image).status).toBe(0);
  });

  it('of a partition changes nothing beside it', () => {
    const disk = emptyImage(join(directory, 'gpt.img'), 64 * MIB);
    tool('sfdisk', ['-q', disk], 'label: gpt\nstart=2048, size=34M\nsize=18M\n');
    const start = {vfat: 1 * MIB, ext4: 35 * MIB};
    tool('dd', [`if=${vfat}`, `of=${disk}`, 'bs=1M', 'seek=1', 'conv=notrunc']);
    tool('dd', [`if=${damaged}`, `of=${disk}`, 'bs=1M', 'seek=35', 'conv=notrunc']);
    const before = readFileSync(disk);
    expect(untouched(disk, disk)).toMatchObject({
      status: 16,
      stderr: expect.stringMatching(/choose one: .*@p1:\/ \(vfat.*@p2:\/ \(ext4/),
    });
    expect(untouched(disk, `${disk}@p2`).status).toBe(4);
    expect(kdisk(['fsck', '-y', `${disk}@p2`])).toMatchObject({status: 1, stderr: ''});
    const after = readFileSync(disk);
    expect(after.subarray(0, start.ext4).equals(before.subarray(0, start.ext4))).toBe(true);
    expect(after.subarray(start.ext4 + 18 * MIB).equals(before.subarray(start.ext4 + 18 * MIB))).toBe(true);
    expect(kdisk(['fsck', `${disk}@p2`]).status).toBe(0);
    expect(kdisk(['fsck', '-y', `${disk}@p1`]).status).toBe(1);
    const part = join(directory, 'part.img');
    writeFileSync(part, readFileSync(disk).subarray(start.vfat, start.vfat + 34 * MIB));
    expect(checker('fsck.fat', '-n', part).status).toBe(0);
    writeFileSync(part, readFileSync(disk).subarray(start.ext4, start.ext4 + 18 * MIB));
    expect(checker('e2fsck', '-fn', part).status).toBe(0);
  });
});

describe('a superblock that is gone', () => {
  it('needs the type, and is found by its copy', () => {
    const image = emptyImage(join(directory, 'gone.img'), 64 * MIB);
    tool('mke2fs', ['-q', '-F', '-t', 'ext4', '-b', '1024', image]);
    patch(image, 1024, Buffer.alloc(1024));
    expect(untouched(image, '-y', image)).toMatchObject({status: 8, stderr: expect.stringContaining('no')});
    expect(kdisk(['fsck', '-t', 'ext4', '-y', image])).toMatchObject({status: 1});
    expect(checker('e2fsck', '-fn', image).status).toBe(0);
  });

  it('does not make something else of a file system of another type', () => {
    expect(untouched(clean, '-t', 'vfat', '-y', clean)).toMatchObject({
      status: 8,
      stderr: expect.stringContaining('holds ext4, not vfat'),
    });
    expect(untouched(clean, '-f', '-t', 'vfat', '-y', clean).status).toBe(8);
  });
});

describe('refused in a line', () => {
  const garbage = join(directory, 'garbage.img');
  writeFileSync(garbage, 'not a disk\n'.repeat(10_000));
  it.each([
    [16, /which image/, []],
    [16, /exclude each other/, ['-n', '-y', clean]],
    [16, /--preview goes with/, ['-n', '--preview', clean]],
    [16, /--in-place goes with/, ['--in-place', clean]],
    [16, /names a file/, [`${clean}:/etc`]],
    [16, /Nonexistent flag/, ['--repair', clean]],
    [16, /--memory wants/, ['--memory', '5G', clean]],
    [16, /needs a terminal/, ['--ask', clean]],
    [8, /no such image/, [join(directory, 'none.img')]],
    [8, /no.* known file system/, [garbage]],
    [16, /is a directory/, [directory]],
    [8, /no checker for iso9660/, ['-t', 'iso9660', garbage]],
  ])('%d: %s', (status, message, words) => {
    const run = kdisk(['fsck', ...words]);
    expect(run).toMatchObject({status, stdout: '', stderr: expect.stringMatching(message)});
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('what is cut short is not repaired', () => {
    const image = copy(damaged);
    truncateSync(image, 12 * MIB);
    expect(untouched(image, '-y', image)).toMatchObject({
      status: 8,
      stderr: expect.stringMatching(/cut short: 16 MiB of file system in 12 MiB/),
    });
    expect(untouched(image, image).status).toBe(4);
  });

  it.skipIf(!isRoot)('an image that can only be read', () => {
    const open = mkdtempSync('/tmp/kdisk-fsck-');
    chmodSync(open, 0o755);
    const image = copyOf(damaged, join(open, 'x.img'));
    chmodSync(image, 0o444);
    const run = kdisk(['fsck', '-y', image], {uid: 65534, gid: 65534});
    expect(run).toMatchObject({status: 8, stderr: expect.stringContaining('no permission to write it')});
    expect(kdisk(['fsck', image], {uid: 65534, gid: 65534}).status).toBe(4);
    execFileSync('rm', ['-r', open]);
  });

  it('what needs more memory than it may have', () => {
    // Its table of clusters is read as a whole.
    const image = emptyImage(join(directory, 'large.img'), 20 * 1024 * MIB);
    tool('mkfs.vfat', ['-F', '32', '-s', '8', image]);
    const run = kdisk(['fsck', '--memory', '16M', image]);
    expect(run).toMatchObject({
      status: 8,
      stdout: expect.stringMatching(
        /not checked \(fsck\.fat: it needs more than \d.* MiB of memory\); the image is as it was\n$/,
      ),
    });
    expect(kdisk(['fsck', image]).status).toBe(0);
  });
});
