// SPDX-License-Identifier: GPL-2.0-only
// Each type with its own checker: sound, damaged, repaired; judged by the checker that the host has.
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {fsck} from '../../src/fsck.ts';
import {toolPath} from '../../src/tools/run.ts';
import {copyOf, patch} from '../support/damage.ts';
import {DAMAGED_TYPES, treeFor} from '../support/damaged-types.ts';
import {fixture} from '../support/fixtures.ts';
import {hasTools, sha256, temporaryDirectory, tool} from '../support/tools.ts';

const directory = temporaryDirectory();
const tree = treeFor(directory);

function isBuilt(name: string): boolean {
  try {
    return existsSync(toolPath(name));
  } catch {
    return false;
  }
}

describe.each(DAMAGED_TYPES)('$type', ({type, tool: program, make, damage, sound}) => {
  const image = join(directory, `${type}.img`);

  it.skipIf(!isBuilt(program))(
    'sound: clean, and every repair leaves it alone',
    async () => {
      make(image, tree);
      const before = sha256(image);
      for (const repair of ['none', 'safe', 'all'] as const) {
        expect(await fsck(image, {repair})).toMatchObject({state: 'clean', exitCode: 0, type, written: false});
        expect(sha256(image)).toBe(before);
      }
      expect(sound(image)).toBe(null);
    },
    120_000,
  );

  it.skipIf(!isBuilt(program))(
    'damaged: reported, shown, repaired',
    async () => {
      damage(image, tree);
      const before = sha256(image);
      const report = await fsck(image, {force: true});
      expect(report).toMatchObject({state: 'damaged', exitCode: 4, written: false});
      expect(report.problemCount).toBeGreaterThan(0);
      expect(sound(image)).not.toBe(null);
      const preview = await fsck(image, {repair: 'all', preview: true});
      expect(preview).toMatchObject({state: 'repairable', exitCode: 4, written: false});
      expect(sha256(image)).toBe(before);
      const repaired = await fsck(image, {repair: 'all'});
      expect(repaired).toMatchObject({state: 'repaired', exitCode: 1, written: true, remainingCount: 0});
      expect(repaired.changedBytes).toBeGreaterThan(0n);
      expect(sound(image)).toBe(null);
      expect(await fsck(image, {force: true})).toMatchObject({state: 'clean', exitCode: 0});
    },
    180_000,
  );
});

describe('a log that waits', () => {
  it.each([
    ['dirty-ext3', 'e2fsck'],
    ['dirty-ext4', 'e2fsck'],
    ['dirty-ext4-fast-commit', 'e2fsck'],
    ['dirty-xfs', 'xfs_repair'],
    ['dirty-btrfs', 'btrfs'],
  ])(
    '%s: is replayed in memory for a report, and by -p in the image',
    async (name, program) => {
      if (!isBuilt(program)) throw new Error(`${program} is not built`);
      const {image: original} = fixture(name);
      const image = copyOf(original, join(directory, `${name}.img`));
      const before = sha256(image);
      expect(await fsck(image)).toMatchObject({state: 'clean', exitCode: 0, replayed: true, written: false});
      expect(sha256(image)).toBe(before);
      expect(await fsck(image, {repair: 'safe'})).toMatchObject({
        state: 'clean',
        exitCode: 0,
        replayed: true,
        written: true,
      });
      expect(await fsck(image)).toMatchObject({state: 'clean', replayed: false});
    },
    120_000,
  );
});

describe('types that are only read', () => {
  it.skipIf(!hasTools('mksquashfs'))(
    'squashfs: all of it is read',
    async () => {
      const image = join(directory, 'sq.img');
      tool('mksquashfs', [tree, image, '-noappend', '-quiet', '-no-progress']);
      expect(await fsck(image)).toMatchObject({state: 'clean', exitCode: 0, tool: 'reading all of it'});
      patch(image, 200, Buffer.alloc(64, 0x55));
      const before = sha256(image);
      const damaged = await fsck(image, {repair: 'all'});
      expect(damaged).toMatchObject({
        state: 'damaged',
        exitCode: 4,
        written: false,
        notes: [expect.stringContaining('never changed')],
      });
      expect(sha256(image)).toBe(before);
    },
    60_000,
  );

  it.skipIf(!hasTools('mkfs.erofs') || !isBuilt('fsck.erofs'))(
    'erofs',
    async () => {
      const image = join(directory, 'erofs.img');
      tool('mkfs.erofs', ['-zlz4', image, tree]);
      expect(await fsck(image)).toMatchObject({state: 'clean', exitCode: 0, tool: 'fsck.erofs'});
      patch(image, 4096, Buffer.alloc(4096, 0x55));
      expect(await fsck(image, {repair: 'all'})).toMatchObject({state: 'damaged', exitCode: 4, written: false});
    },
    60_000,
  );
});
