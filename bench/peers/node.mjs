// SPDX-License-Identifier: GPL-2.0-only
// Node itself doing nothing: the floor for any command written in JavaScript.
import {measure} from '../tools/measure.mjs';

export const name = 'node -e 0';
export const prepare = () => ({version: process.version});
export const list = () => measure([process.execPath, '-e', '0']);
