// SPDX-License-Identifier: GPL-2.0-only
export const title = 'peak memory of listing a directory';
export const unit = 'MiB';
export const contenders = ['kdisk', 'node', 'debugfs', 'seven-zip'];
export const note = 'Resident set, the kernel\'s RAM included, as wait4 reports it; the largest over the images that were given.';
export const run = (peer, {images}) => Math.max(...images.map((image) => peer.list(image).rssMiB));
export const targets = [{of: 'kdisk', atMost: 130}];
