// SPDX-License-Identifier: GPL-2.0-only
// What the mkfs tasks do around a measured command, and in the warm-up round a look at what it made, by the e2fsck and
// debugfs of this system.
import {execFileSync} from 'node:child_process';
import {rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {compareInside} from './copies.mjs';

const environment = {...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`};
const FILES = 20_000;

function newImage({directory, onDisk}) {
  const image = join(directory, 'target.img');
  rmSync(image, {force: true});
  if (onDisk) execFileSync('sync');
  return image;
}

/** ms */
export function makeEmpty(peer, images, mebibytes, variant) {
  return peer.mkfs(newImage(images), mebibytes, variant).ms;
}

export function verifyEmpty(peer, images, mebibytes, variant) {
  const image = newImage(images);
  peer.mkfs(image, mebibytes, variant);
  execFileSync('e2fsck', ['-fn', image], {env: environment, stdio: 'pipe'});
  const {size} = statSync(image);
  if (size !== mebibytes * (1 << 20)) throw new Error(`the image has ${size} bytes`);
}

/** ms */
export function makeFilled(peer, images, variant) {
  const {folder, mebibytes} = images.tree(FILES);
  return peer.mkfsFrom(folder, newImage(images), Math.ceil(mebibytes), variant).ms;
}

export function verifyFilled(peer, images, variant) {
  makeFilled(peer, images, variant);
  compareInside(images, join(images.directory, 'target.img'), 'tree', images.tree(FILES).path);
}
