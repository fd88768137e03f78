// SPDX-License-Identifier: GPL-2.0-only
import {makeFilled, verifyFilled} from '../tools/made.mjs';

export const title = 'make an ext4 of 20,000 files of 4 KiB';
export const unit = 'ms';
export const rounds = 5;
export const contenders = ['kdisk', 'kdisk:library', 'native', 'e2fsprogs', 'loop'];
export const note = 'Whole commands, each into a new file: mkfs --from, mke2fs -d, and mke2fs with a loop mount and cp -a.';
export const run = (peer, images, variant) => makeFilled(peer, images, variant);
export const verify = (peer, images, variant) => verifyFilled(peer, images, variant);
export const targets = [
  {of: 'kdisk', over: 'native', times: 1.5},
  {of: 'kdisk', over: 'loop', times: 0.7},
];
