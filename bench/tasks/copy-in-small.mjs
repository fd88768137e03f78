// SPDX-License-Identifier: GPL-2.0-only
import {compareInside, freshImage} from '../tools/copies.mjs';

export const title = 'copy 20,000 files of 4 KiB into ext4';
export const unit = 'ms';
export const rounds = 5;
export const contenders = ['kdisk', 'kdisk:library', 'mke2fs', 'loop'];
export const note = 'Whole commands, mount, unmount and flush of the image included, each into a fresh image; mke2fs makes the file system as well.';

export function run(peer, images, variant) {
  const subject = images.tree(20_000);
  const image = freshImage(images, subject, peer.bare);
  return peer.copyIn(peer.bare ? subject.folder : subject.path, image, '/tree', variant).ms;
}
export function verify(peer, images, variant) {
  run(peer, images, variant);
  compareInside(images, `${images.directory}/target.img`, 'tree', images.tree(20_000).path);
}
export const targets = [{of: 'kdisk', over: 'mke2fs', times: 1.2}];
