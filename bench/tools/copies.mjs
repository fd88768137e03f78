// SPDX-License-Identifier: GPL-2.0-only
// What the copy tasks do around a measured command: a fresh target before it, and in the warm-up round a look at what it
// made, by programs that are none of the contenders where there is one.
import {execFileSync} from 'node:child_process';
import {mkdirSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

const environment = {...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`};
const run = (name, args) => execFileSync(name, args, {env: environment, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26});

/** Path of a host target that does not exist, below a directory that does. */
export function freshTarget({directory, onDisk}, name) {
  const parent = join(directory, 'target');
  rmSync(parent, {recursive: true, force: true});
  mkdirSync(parent);
  if (onDisk) run('sync', []);
  return join(parent, name);
}

/** Copy of an empty image; for `bare` contenders, which make their file system themselves, a file of zeroes. */
export function freshImage({directory, onDisk}, {empty, mebibytes}, bare = false) {
  const image = join(directory, 'target.img');
  rmSync(image, {force: true});
  if (bare) {
    writeFileSync(image, '');
    truncateSync(image, mebibytes * (1 << 20));
  } else {
    run('cp', ['--sparse=always', empty, image]);
  }
  if (onDisk) run('sync', []);
  return image;
}

export const compareFiles = (one, other) => void run('cmp', [one, other]);
export const compareTrees = (one, other) => void run('diff', ['-r', one, other]);

/** What lies below "/NAME" of the image equals `path`, and the image is sound. */
export function compareInside({directory}, image, name, path) {
  run('e2fsck', ['-fn', image]);
  const out = join(directory, 'seen');
  rmSync(out, {recursive: true, force: true});
  mkdirSync(out);
  run('debugfs', ['-R', `rdump /${name} ${out}`, image]);
  compareTrees(join(out, name), path);
  rmSync(out, {recursive: true});
}
