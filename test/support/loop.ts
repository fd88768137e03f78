// SPDX-License-Identifier: GPL-2.0-only
// Images mounted by the host's own kernel, where there is root and a driver: the witness that shares nothing with kdisk.
import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {isRoot, tool, toolEnvironment} from './tools.ts';

/** Why images of this type can't be mounted here, '' when they can. */
export function noLoopMount(type: string): string {
  if (!isRoot || !existsSync('/dev/loop-control')) return 'needs root and loop devices';
  const drivers = readFileSync('/proc/filesystems', 'utf8').split('\n').map((line) => line.split('\t')[1]);
  return drivers.includes(type) ? '' : `needs ${type} in the host's kernel`;
}

export interface LoopMount extends Disposable {
  path: string;
  unmount(): void;
}

/** @param options of mount(8); access times are never changed */
export function loopMount(type: string, image: string, ...options: string[]): LoopMount {
  const path = mkdtempSync(join(tmpdir(), 'kdisk-loop-'));
  tool('mount', ['-t', type, '-o', ['loop', 'noatime', ...options].join(','), image, path]);
  let mounted = true;
  const unmount = () => {
    if (!mounted) return;
    mounted = false;
    // Whoever looked last may not have let go yet.
    for (let tries = 0; spawnSync('umount', [path], {env: toolEnvironment}).status !== 0; tries++)
      if (tries === 20) tool('umount', [path]);
      else tool('sleep', ['0.1']);
    rmdirSync(path);
  };
  return {path, unmount, [Symbol.dispose]: unmount};
}
