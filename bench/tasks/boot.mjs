// SPDX-License-Identifier: GPL-2.0-only
export const title = 'start the engine, mount a small ext4, unmount, end';
export const unit = 'ms';
export const contenders = ['kdisk-bare', 'loop', 'debugfs'];
export const note = 'Whole processes. debugfs prints the superblock: it mounts nothing.';
export const run = (peer, {small}) => peer.boot(small, 'ext4').ms;
// The target is for the engine by its own clock: the task of that name.
export const targets = [];
