// SPDX-License-Identifier: GPL-2.0-only
export const title = 'check an ext4 of 8 GiB with 500,000 files';
export const unit = 'ms';
export const rounds = 5;
export const contenders = ['kdisk', 'kdisk:library', 'kdisk:tool', 'native', 'e2fsprogs'];
export const note =
  'Whole commands, report only, all of the file system (-f); "library" is the same without the start of Node, "tool" its part from the start of the thread that e2fsck runs in to its end.';
export const run = (peer, images, variant) => peer.check(images.checked(500_000), variant).ms;
export const targets = [{of: 'kdisk', over: 'native', times: 1.8}];
