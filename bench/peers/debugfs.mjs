// SPDX-License-Identifier: GPL-2.0-only
// debugfs of e2fsprogs: ext2/3/4 in user space.
import {dirname} from 'node:path';
import {has, measure, versionOf} from '../tools/measure.mjs';

export const name = 'debugfs';
export const prepare = () => (has('debugfs') ? {version: versionOf('debugfs', ['-V'])} : {missing: 'not installed (e2fsprogs)'});
export const boot = (image) => ({ms: measure(['debugfs', '-R', 'stats', image]).ms});
export const list = (image) => measure(['debugfs', '-R', 'ls -l /', image]);
export const content = (image, _type, path) => ['debugfs', '-R', `dump ${path} /dev/stdout`, image];
export const read = (image, _type, path) => ({ms: measure(['debugfs', '-R', `dump ${path} /dev/null`, image]).ms});
export function copyOut(image, path, target) {
  // rdump puts the directory by its own name into one that is there.
  const request = path === '/tree' ? `rdump ${path} ${dirname(target)}` : `dump ${path} ${target}`;
  return measure(['debugfs', '-R', request, image]);
}
export const copyIn = (source, image, path) => measure(['debugfs', '-w', '-R', `write ${source} ${path}`, image]);
