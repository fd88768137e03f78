// SPDX-License-Identifier: GPL-2.0-only
import {compareFiles, freshTarget} from '../tools/copies.mjs';

export const title = 'copy a file of 1 GiB out of ext4';
export const unit = 'ms';
export const rounds = 5;
export const contenders = ['kdisk', 'kdisk:library', 'cp', 'loop', 'debugfs', 'seven-zip'];
export const note = 'Whole commands, mount and unmount included; the library without the start of Node; host cp copies a file of the host.';

export function run(peer, images, variant) {
  const {path, image} = images.file(1024);
  const target = freshTarget(images, 'big');
  return (peer.copy ? peer.copy(path, target) : peer.copyOut(image, '/big', target, variant)).ms;
}
export function verify(peer, images, variant) {
  run(peer, images, variant);
  compareFiles(images.file(1024).path, `${images.directory}/target/big`);
}
export const targets = [{of: 'kdisk', over: 'cp'}];
