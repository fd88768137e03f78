// SPDX-License-Identifier: GPL-2.0-only
// The engine without Node: addon/bare.
import {spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {measure} from '../tools/measure.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = `${root}addon/build/kdisk-bare`;
const kernel = `${root}lkl/build/kdisk-kernel.elf`;

export const name = 'kdisk-bare';

export function prepare() {
  // The npm scripts build the addon only.
  const {status, stdout, stderr} = spawnSync('cmake', ['--build', `${root}addon/build`, '--target', 'kdisk-bare'], {encoding: 'utf8'});
  return status === 0 ? {version: 'this tree'} : {missing: `it does not build: ${stdout}${stderr}`};
}

export const boot = (image, type) => ({ms: measure([program, kernel, image, type, '--mount-only']).ms});

export function engine(image, type) {
  const {output} = measure([program, kernel, image, type, '--mount-only', '--json'], {keepOutput: true});
  return {ms: JSON.parse(output().trim().split('\n').at(-1)).total / 1000};
}

/** Command whose output is the content, to check that what is measured is done. */
export const content = (image, type, path) => [program, kernel, image, type, '--read', path];

export function read(image, type, path) {
  const {output} = measure([program, kernel, image, type, '--read', path, '--json'], {keepOutput: true});
  return {ms: JSON.parse(output().trim().split('\n').at(-1)).op / 1000};
}
