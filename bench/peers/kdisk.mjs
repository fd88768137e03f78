// SPDX-License-Identifier: GPL-2.0-only
// kdisk as it is installed: the command, and the library in a process of its own.
import {fileURLToPath} from 'node:url';
import {measure} from '../tools/measure.mjs';

const inRepository = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const run = inRepository('bin/run.js');
const command = (...words) => [process.execPath, run, ...words];

/** What a script in bench/tools says of itself, without the start of Node. */
const library = (script, ...words) =>
  JSON.parse(measure([process.execPath, inRepository(`bench/tools/${script}`), ...words], {keepOutput: true}).output());

export const name = 'kdisk';
export const prepare = () => ({version: 'this tree'});

export const list = (image, path = '/') => measure(command('ls', `${image}:${path}`));

/** Content into one buffer after the other, the start of Node and of the kernel not counted. */
export const read = (image, _type, path) => library('read-file.mjs', image, path);

export const content = (image, _type, path) => command('cat', `${image}:${path}`);

export function copyOut(image, path, target, variant) {
  if (variant === 'library') return library('copy.mjs', 'out', image, path, target);
  return measure(command('cp', '-r', `${image}:${path}`, target));
}

export function copyIn(source, image, path, variant) {
  if (variant === 'library') return library('copy.mjs', 'in', image, path, source);
  return measure(command('cp', '-r', source, `${image}:${path}`));
}

export function mkfs(image, mebibytes, variant) {
  if (variant === 'library') return library('tool.mjs', 'mkfs', image, String(mebibytes * (1 << 20)));
  return measure(command('mkfs', '-q', '-t', 'ext4', '--size', `${mebibytes}M`, image));
}

export function mkfsFrom(folder, image, mebibytes, variant) {
  if (variant === 'library') return library('tool.mjs', 'mkfs', image, String(mebibytes * (1 << 20)), folder);
  return measure(command('mkfs', '-q', '-t', 'ext4', '--size', `${mebibytes}M`, '--block-size', '4096', '--from', folder, image));
}

/** The variant "tool" is the part of the library's time in which e2fsck itself runs. */
export function check(image, variant) {
  if (variant === undefined) return measure(command('fsck', '-n', '-f', image));
  const {ms, tool} = library('tool.mjs', 'fsck', image);
  return {ms: variant === 'tool' ? tool : ms};
}
