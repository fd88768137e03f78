// SPDX-License-Identifier: GPL-2.0-only
// 7-Zip, which reads several file systems by parsers of its own.
import {dirname} from 'node:path';
import {has, measure, versionOf} from '../tools/measure.mjs';

const program = ['7z', '7zz', '7za'].find(has);

export const name = '7-Zip';
export const prepare = () => (program ? {version: versionOf(program, ['i'])} : {missing: 'not installed (p7zip-full)'});
export const list = (image) => measure([program, 'l', image]);
export const content = (image, _type, path) => [program, 'e', '-so', image, path.slice(1)];
export const read = (image, _type, path) => ({ms: measure(content(image, _type, path)).ms});
export const copyOut = (image, path, target) => measure([program, 'x', '-y', `-o${dirname(target)}`, image, path.slice(1)]);
