// SPDX-License-Identifier: GPL-2.0-only
// mke2fs -d: makes a new ext4 with a tree in it, in user space; it can't add to one that is there.
import {has, measure, versionOf} from '../tools/measure.mjs';

export const name = 'mke2fs -d';
export const prepare = () => (has('mke2fs') ? {version: versionOf('mke2fs', ['-V'])} : {missing: 'not installed (e2fsprogs)'});
/** The image is a file of zeroes yet. */
export const bare = true;
export const copyIn = (folder, image) => measure(['mke2fs', '-q', '-F', '-t', 'ext4', '-b', '4096', '-m', '0', '-d', folder, image]);
