// SPDX-License-Identifier: GPL-2.0-only
// The judge is judged: what the referee saw is what the kernel of this very machine sees through a loop mount. That
// needs root and the host's drivers; all other tests do without either.
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import {makeFixtures} from '../support/fixtures.ts';
import {differences, parseManifest} from '../support/manifest.ts';

const CASES = [
  ['ext4-4k', 'ext4'],
  ['xfs-v5', 'xfs'],
  ['btrfs-zstd', 'btrfs'],
  ['squashfs-zstd', 'squashfs'],
  ['erofs-lz4', 'erofs'],
] as const;

const tools = execFileSync('bash', [fileURLToPath(new URL('../../fixtures/tools/build.sh', import.meta.url))], {encoding: 'utf8'}).trim();
const drivers = readFileSync('/proc/filesystems', 'utf8').split('\n').map((line) => line.split('\t')[1]);
const canMount = process.getuid?.() === 0 && existsSync('/dev/loop-control');
const fixtures = makeFixtures(CASES.map(([name]) => name));

describe('the host kernel sees what the referee saw', () => {
  it.for(CASES)('%s', ([name, type], {skip}) => {
    skip(!canMount, 'a loop mount needs root and loop devices');
    skip(!drivers.includes(type), `the host kernel has no ${type}`);
    const fixture = fixtures.get(name)!;
    // In a mount namespace of its own: nothing stays mounted, whatever happens.
    const script = 'mount -o loop,ro -t "$1" "$2" /mnt && "$3/manifest" /mnt';
    const {stdout, stderr, status} = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', type, fixture.image, tools], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    expect(`${status}: ${stderr}`).toBe('0: ');
    const expected = fixture.manifest();
    expect(expected.size).toBeGreaterThan(300);
    expect(differences(expected, parseManifest(stdout)).slice(0, 20)).toEqual([]);
  });
});
