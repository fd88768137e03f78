// SPDX-License-Identifier: GPL-2.0-only
// Whether the kernel of a Linux host has a file of the host mounted through a loop device: that holds no lock on it.
import {readdirSync, readFileSync, realpathSync} from 'node:fs';
import {KdiskError} from '../errors.ts';

function words(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Device numbers, "7:0", of what is mounted, and where; see proc_pid_mountinfo(5). */
function mounts(): Map<string, string> {
  const lines = (words('/proc/self/mountinfo') ?? '').split('\n').map((line) => line.split(' '));
  return new Map(lines.map(([, , device = '', , place = '']) => [device, place]));
}

/** The loop device and its partitions, as "7:0". */
function devicesOf(loop: string): string[] {
  const parts = names(`/sys/block/${loop}`).filter((name) => name.startsWith(`${loop}p`));
  return ['', ...parts].map((part) => words(`/sys/block/${loop}/${part}/dev`) ?? '');
}

/**
 * To be called before a change of all of a file system.
 * @throws KdiskError EBUSY, with the place where it is mounted
 */
export function refuseMounted(path: string): void {
  if (process.platform !== 'linux') return;
  const file = realpathSync(path);
  const loops = names('/sys/block').filter((name) => name.startsWith('loop'));
  const ours = loops.filter((loop) => words(`/sys/block/${loop}/loop/backing_file`) === file);
  if (ours.length === 0) return;
  const mounted = mounts();
  for (const loop of ours) {
    const place = devicesOf(loop).map((device) => mounted.get(device)).find((found) => found !== undefined);
    if (place === undefined) continue;
    const message = `EBUSY: mounted on ${place} through /dev/${loop}, open '${path}'`;
    throw new KdiskError('EBUSY', message, {path, syscall: 'open', errno: -16});
  }
}
