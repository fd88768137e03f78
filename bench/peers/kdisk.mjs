// SPDX-License-Identifier: GPL-2.0-only
// kdisk as it is installed: the command, and the library in a process of its own.
import {fileURLToPath} from 'node:url';
import {measure} from '../tools/measure.mjs';

const run = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const reader = fileURLToPath(new URL('../tools/read-file.mjs', import.meta.url));

export const name = 'kdisk';
export const prepare = () => ({version: 'this tree'});

export const list = (image, path = '/') => measure([process.execPath, run, 'ls', `${image}:${path}`]);

/** Content into one buffer after the other, the start of Node and of the kernel not counted. */
export function read(image, _type, path) {
  return JSON.parse(measure([process.execPath, reader, image, path], {keepOutput: true}).output());
}

export const content = (image, _type, path) => [process.execPath, run, 'cat', `${image}:${path}`];
