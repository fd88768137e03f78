// SPDX-License-Identifier: GPL-2.0-only
// The kernel of this machine through a loop device; needs root.
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmdirSync} from 'node:fs';
import {release, tmpdir} from 'node:os';
import {join} from 'node:path';
import {measure} from '../tools/measure.mjs';

export const name = 'loop mount';

let at;

export function prepare() {
  if (process.getuid() !== 0) return {missing: 'it needs root'};
  at = mkdtempSync(join(tmpdir(), 'kdisk-loop-'));
  process.on('exit', () => rmdirSync(at));
  return {version: `Linux ${release()}`};
}

export const boot = (image, type) => ({ms: measure(['sh', '-c', 'mount -o loop,ro -t "$1" "$2" "$3" && umount "$3"', 'sh', type, image, at]).ms});

export const list = (image) => measure(['sh', '-c', 'mount -o loop,ro "$1" "$2" && ls "$2" && umount "$2"', 'sh', image, at]);

export const content = (image, type, path) => ['sh', '-c', 'mount -o loop,ro -t "$1" "$2" "$3" && cat "$3$4" && umount "$3"', 'sh', type, image, at, path];

/** Mounted anew each time, so that the file is in the page cache of the image and not yet in that of the file system. */
export function read(image, type, path) {
  execFileSync('mount', ['-o', 'loop,ro', '-t', type, image, at]);
  try {
    return {ms: measure(['dd', `if=${at}${path}`, 'of=/dev/null', 'bs=1M', 'status=none']).ms};
  } finally {
    execFileSync('umount', [at]);
  }
}

const whole = (options, script, ...words) => measure(['sh', '-c', `mount -o loop${options} "$1" "$2" && ${script} && umount "$2"`, 'sh', words[0], at, ...words.slice(1)]);

/** Mount and unmount are part of it: that is when what was written gets to the image. */
export const copyOut = (image, path, target) => whole(',ro', 'cp -r "$2$3" "$4"', image, path, target);
export const copyIn = (source, image, path) => whole('', 'cp -r "$3" "$2$4"', image, source, path);

/** The file system that is filled is made by mke2fs. */
export const mkfsFrom = (folder, image, mebibytes) =>
  measure([
    'sh',
    '-c',
    'mke2fs -q -F -t ext4 -b 4096 "$2" "$3" && mount -o loop "$2" "$4" && cp -a "$1/." "$4" && umount "$4"',
    'sh',
    folder,
    image,
    `${mebibytes}M`,
    at,
  ]);
