// SPDX-License-Identifier: GPL-2.0-only
// What is made of the words and exit codes of each checker.
import {describe, expect, it} from 'vitest';
import {driverFor} from '../../src/tools/fsck/drivers.ts';
import type {Step, ToolDriver, ToolProgress} from '../../src/tools/fsck/driver.ts';
import {Collected, Lines} from '../../src/tools/fsck/findings.ts';

function read(type: string, step: Step, exitCode: number, output: string, label?: string) {
  const progress: ToolProgress[] = [];
  const collected = new Collected((state) => progress.push(state));
  const reader = (driverFor(type, 'x.img') as ToolDriver).read(step, collected, label);
  const lines = new Lines((line) => reader.line(line, 'stdout'));
  // However it is cut into pieces.
  for (let at = 0; at < output.length; at += 7) lines.add(Buffer.from(output.slice(at, at + 7)));
  lines.end();
  const verdict = reader.end(exitCode);
  return {...verdict, count: collected.count, problems: collected.problems, progress};
}

describe('e2fsck', () => {
  const report = `e2fsck 1.47.2 (1-Jan-2025)
Pass 1: Checking inodes, blocks, and sizes
Inode 12, i_size is 4096, should be 5120.  Fix? no

Inode 13, i_size is 0, should be 2048.  Fix? no

Inode 19 was part of the orphaned inode list.  IGNORED.
Pass 2: Checking directory structure
Directory inode 12, block #1, offset 0: directory corrupted
Salvage? no

Pass 3: Checking directory connectivity
Unconnected directory inode 12 (was in /)
Connect to /lost+found? no

Pass 5: Checking group summary information
Block bitmap differences:  +50
Fix? no


/disk: ********** WARNING: Filesystem still has errors **********

/disk: 11/32 files (0.0% non-contiguous), 23/100 blocks
`;

  it('a question is a problem, with what stands above a bare one', () => {
    expect(read('ext4', 'check', 4, report)).toMatchObject({
      bits: 4,
      count: 6,
      problems: [
        {text: 'Inode 12, i_size is 4096, should be 5120', count: 2},
        {text: 'Inode 19 was part of the orphaned inode list', count: 1},
        {text: 'Directory inode 12, block #1, offset 0: directory corrupted', count: 1},
        {text: 'Unconnected directory inode 12 (was in /)', count: 1},
        {text: 'Block bitmap differences: +50', count: 1},
      ],
      facts: {files: 11, usedPercent: 23},
    });
  });

  it('the file system is called by its label', () => {
    const output = 'my_root: clean, 12/96 files, 50/200 blocks\n';
    expect(read('ext4', 'check', 0, output, 'my root')).toMatchObject({
      bits: 0,
      count: 0,
      facts: {files: 12, usedPercent: 25},
    });
    const preen =
      'my_root: Inode 12, i_blocks is 4, should be 2.  FIXED.\nmy_root: 12/96 files (0.0% non-contiguous), 50/200 blocks\n';
    expect(read('ext4', 'safe', 1, preen, 'my root')).toMatchObject({
      bits: 1,
      problems: [{text: 'Inode 12, i_blocks is 4, should be 2', count: 1}],
    });
  });

  it('what -p does not decide', () => {
    const output =
      '/disk: Inode 12 has a bad mode.  \n\n/disk: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.\n\t(i.e., without -a or -p options)\n';
    expect(read('ext4', 'safe', 4, output)).toMatchObject({
      bits: 4,
      problems: [{text: 'Inode 12 has a bad mode', count: 1}],
    });
  });

  it('progress', () => {
    expect(read('ext4', 'check', 0, '1 5 10 /disk\n2 10 10 /disk\n', '').progress).toEqual([
      {pass: 1, done: 5, total: 10},
      {pass: 2, done: 10, total: 10},
    ]);
  });

  it('a failure has a reason', () => {
    const output =
      'ext2fs_open2: Bad magic number in super-block\ne2fsck: Superblock invalid, trying backup blocks...\n';
    expect(read('ext4', 'check', 8, output)).toMatchObject({bits: 8, reason: expect.stringContaining('super-block')});
  });

  it('problems beyond counting stay few', () => {
    const output = Array.from(
      {length: 5000},
      (_, index) => `Entry 'f${index}' in /d${index} (${index}) has deleted/unused inode ${index}.  Clear? no\n`,
    );
    expect(read('ext4', 'check', 4, output.join('\n'))).toMatchObject({count: 5000, problems: [{count: 5000}]});
  });
});

describe('fsck.fat', () => {
  const report = `fsck.fat 4.2 (2021-01-31)
FATs differ but appear to be intact.
  Using first FAT.
/F1.BIN
  Contains a free cluster (10). Assuming EOF.
/F1.BIN  and
/F3.BIN
  share clusters.
  Truncating second to 2048 bytes.
Reclaimed 85 unused clusters (174080 bytes).

Leaving filesystem unchanged.
/disk: 6 files, 157/16343 clusters
`;

  it('says what is wrong with which file', () => {
    expect(read('vfat', 'check', 1, report)).toMatchObject({
      bits: 4,
      facts: {files: 6},
      problems: [
        {text: 'FATs differ but appear to be intact'},
        {text: '/F1.BIN: Contains a free cluster (10). Assuming EOF'},
        {text: '/F1.BIN and /F3.BIN share clusters'},
        {text: 'Reclaimed 85 unused clusters (174080 bytes)'},
      ],
    });
    expect(read('vfat', 'all', 1, report)).toMatchObject({bits: 1});
  });

  it('an end without its last line is a failure', () => {
    expect(read('vfat', 'check', 1, 'fsck.fat 4.2 (2021-01-31)\nLogical sector size is zero.\n')).toMatchObject({
      bits: 8,
      reason: 'Logical sector size is zero.',
    });
  });
});

describe('btrfs check', () => {
  it('tells of errors, not of its statistics', () => {
    const output = `Opening filesystem to check...
Checking filesystem on /disk
UUID: ef9c18ab-355d-45d8-a374-a97f117ce6b9
[1/8] checking log skipped (none written)
[5/8] checking fs roots
root 5 inode 257 errors 2000, link count wrong
	unresolved ref dir 256 index 2 namelen 1 name a filetype 1 errors 0
root 5 inode 258 errors 2000, link count wrong
ERROR: errors found in fs roots
found 147456 bytes used, error(s) found
total csum bytes: 0
 referenced 0
`;
    expect(read('btrfs', 'check', 1, output)).toMatchObject({
      bits: 4,
      problems: [
        {text: 'root 5 inode 257 errors 2000, link count wrong', count: 2},
        {text: 'errors found in fs roots'},
      ],
    });
  });
});

describe('xfs_repair', () => {
  const output = `Phase 1 - find and verify superblock...
Phase 2 - using internal log
        - zero log...
Metadata corruption detected at 0x55b7a822b548, xfs_agf block 0x28001/0x200
agf_freeblks 77, counted 20470 in ag 1
No modify flag set, skipping phase 5
`;
  it.each([
    ['check', 0, 0],
    ['check', 1, 4],
    ['all', 4, 1],
    ['all', 2, 4],
    ['all', 1, 8],
  ] as const)('%s with %d', (step, exitCode, bits) => {
    expect(read('xfs', step, exitCode, output)).toMatchObject({
      bits,
      problems: [
        {text: 'metadata corruption: xfs_agf block 0x28001/0x200'},
        {text: 'agf_freeblks 77, counted 20470 in ag 1'},
      ],
    });
  });
});

describe('fsck.exfat', () => {
  it('answers its own questions', () => {
    const output = `exfatprogs version : 1.2.9
ERROR: /a: cluster 7 is marked as free. Truncate (y/N)? n
ERROR: /b: cluster 9 is marked as free. Truncate (y/N)? n
/disk: corrupted. directories 2, files 3
/disk: files corrupted 2, files fixed 0
`;
    expect(read('exfat', 'check', 4, output)).toMatchObject({
      bits: 4,
      facts: {files: 3},
      problems: [{text: '/a: cluster 7 is marked as free', count: 2}],
    });
  });
});

describe('fsck.f2fs', () => {
  it('marks its findings', () => {
    const output = `Info: Dry run
[ASSERT] (check_block_count:2087)  --> Wrong SIT valid blocks: segno=0x0, 60 vs. 256
[ASSERT] (check_block_count:2087)  --> Wrong SIT valid blocks: segno=0x1, 60 vs. 256
[FSCK] SIT valid block bitmap checking                [Fail]
[FSCK] Hard link checking for regular file            [Ok..] [0x0]
Done: 0.1 secs
`;
    expect(read('f2fs', 'check', 4, output)).toMatchObject({
      bits: 4,
      problems: [
        {text: 'Wrong SIT valid blocks: segno=0x0, 60 vs. 256', count: 2},
        {text: 'SIT valid block bitmap checking'},
      ],
    });
    expect(read('f2fs', 'check', 1, output).bits).toBe(4);
    expect(read('f2fs', 'all', 1, output).bits).toBe(1);
    expect(read('f2fs', 'all', 255, output).bits).toBe(8);
  });

  it('ends with 0 although a superblock is gone', () => {
    const output = `Magic Mismatch, valid(0xf2f52010) - read(0x0)
\tCan't find a valid F2FS superblock at 0x0
Info: CKPT version = 7905fa9e
`;
    const problems = [{text: "Can't find a valid F2FS superblock at 0x0"}];
    expect(read('f2fs', 'check', 0, output)).toMatchObject({bits: 4, problems});
    expect(read('f2fs', 'all', 0, output)).toMatchObject({bits: 4, problems});
  });
});

it('a type without a checker is refused by name', () => {
  expect(() => driverFor('zonefs', 'x.img')).toThrow(/no checker for zonefs/);
});
