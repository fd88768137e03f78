// SPDX-License-Identifier: GPL-2.0-only
export const title = 'list the root directory of a small ext4';
export const unit = 'ms';
export const contenders = ['kdisk', 'node', 'loop', 'debugfs', 'seven-zip', 'guestfish'];
export const note = 'Whole commands; 7-Zip lists all of the image, as it has no other way.';
export const run = (peer, {small}) => peer.list(small).ms;
export const targets = [{of: 'kdisk', over: 'node', plus: 25}];
