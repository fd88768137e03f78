// SPDX-License-Identifier: GPL-2.0-only
// mke2fs and e2fsck of this system.
import {has, measure, versionOf} from '../tools/measure.mjs';

export const name = 'e2fsprogs here';
export const prepare = () => (has('mke2fs') ? {version: versionOf('mke2fs', ['-V'])} : {missing: 'not installed (e2fsprogs)'});
export const mkfs = (image, mebibytes) => measure(['mke2fs', '-q', '-F', '-t', 'ext4', image, `${mebibytes}M`]);
export const mkfsFrom = (folder, image, mebibytes) =>
  measure(['mke2fs', '-q', '-F', '-t', 'ext4', '-b', '4096', '-d', folder, image, `${mebibytes}M`]);
export const check = (image) => measure(['e2fsck', '-fn', image]);
