// SPDX-License-Identifier: GPL-2.0-only
export const title = 'peak memory of listing a directory';
export const unit = 'MiB';
export const contenders = ['kdisk', 'node', 'debugfs', 'seven-zip'];
export const note = 'Resident set, the kernel\'s RAM included, as wait4 reports it; the larger of a hundred files and ten thousand.';
export const run = (peer, {small, many}) => Math.max(...[small, many].map((image) => peer.list(image).rssMiB));
export const targets = [{of: 'kdisk', atMost: 130}];
