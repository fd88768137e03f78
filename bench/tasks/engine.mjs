// SPDX-License-Identifier: GPL-2.0-only
export const title = 'load, boot, attach, mount a small ext4, unmount: by the clock of the engine';
export const unit = 'ms';
export const contenders = ['kdisk-bare'];
export const note = 'What a process that has started pays; the whole process is the task "boot".';
export const run = (peer, {small}) => peer.engine(small, 'ext4').ms;
export const targets = [{of: 'kdisk-bare', atMost: 6}];
