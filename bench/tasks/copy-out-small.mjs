// SPDX-License-Identifier: GPL-2.0-only
import {compareTrees, freshTarget} from '../tools/copies.mjs';

export const title = 'copy 20,000 files of 4 KiB out of ext4';
export const unit = 'ms';
export const rounds = 5;
export const contenders = ['kdisk', 'kdisk:library', 'cp', 'loop', 'debugfs', 'seven-zip'];
export const note = 'Whole commands, mount and unmount included; kdisk keeps modes and times too, cp -r here does not; host cp copies files of the host.';

export function run(peer, images, variant) {
  const {path, image} = images.tree(20_000);
  const target = freshTarget(images, 'tree');
  return (peer.copy ? peer.copy(path, target) : peer.copyOut(image, '/tree', target, variant)).ms;
}
export function verify(peer, images, variant) {
  run(peer, images, variant);
  compareTrees(images.tree(20_000).path, `${images.directory}/target/tree`);
}
export const targets = [
  {of: 'kdisk', over: 'loop', times: 0.5},
  {of: 'kdisk', over: 'debugfs', times: 1.2},
];
