// SPDX-License-Identifier: GPL-2.0-only
import {compareInside, freshImage} from '../tools/copies.mjs';

export const title = 'copy a file of 1 GiB into ext4';
export const unit = 'ms';
export const rounds = 5;
export const contenders = ['kdisk', 'kdisk:library', 'loop', 'debugfs', 'mke2fs'];
export const note = 'Whole commands, mount, unmount and flush of the image included, each into a fresh image; mke2fs makes the file system as well.';

export function run(peer, images, variant) {
  const subject = images.file(1024);
  const image = freshImage(images, subject, peer.bare);
  return peer.copyIn(peer.bare ? subject.folder : subject.path, image, '/big', variant).ms;
}
export function verify(peer, images, variant) {
  run(peer, images, variant);
  compareInside(images, `${images.directory}/target.img`, 'big', images.file(1024).path);
}
export const targets = [{of: 'kdisk', over: 'loop', times: 0.8}];
