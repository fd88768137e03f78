// SPDX-License-Identifier: GPL-2.0-only
import {makeEmpty, verifyEmpty} from '../tools/made.mjs';

const MEBIBYTES = 1 * 1024;

export const title = 'make an ext4 of 1 GiB';
export const unit = 'ms';
export const contenders = ['kdisk', 'kdisk:library', 'native', 'e2fsprogs'];
export const note = 'Whole commands, each into a new file; "library" is the same without the start of Node.';
export const run = (peer, images, variant) => makeEmpty(peer, images, MEBIBYTES, variant);
export const verify = (peer, images, variant) => verifyEmpty(peer, images, MEBIBYTES, variant);
export const targets = [];
