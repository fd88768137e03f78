// SPDX-License-Identifier: GPL-2.0-only
// e2fsprogs of the version that tools/ builds, as Debian compiled it for this machine.
import {spawnSync} from 'node:child_process';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {measure, versionOf} from '../tools/measure.mjs';

const script = fileURLToPath(new URL('../../tools/native.sh', import.meta.url));
let root;

/** By the loader that belongs to it: the scripts that tools/native.sh makes would add the start of a shell. */
const native = (program, ...words) => [
  join(root, 'usr/lib64/ld-linux-x86-64.so.2'),
  '--library-path',
  join(root, 'usr/lib/x86_64-linux-gnu'),
  join(root, 'usr/sbin', program),
  ...words,
];

export const name = 'native, same version';

export function prepare() {
  const {status, stdout, stderr} = spawnSync(script, {encoding: 'utf8'});
  if (status !== 0) return {missing: `tools/native.sh does not work here: ${stderr.trim().split('\n').at(-1)}`};
  root = join(dirname(stdout.trim()), 'root');
  const [program, ...words] = native('mke2fs', '-V');
  return {version: versionOf(program, words)};
}

export const mkfs = (image, mebibytes) => measure(native('mke2fs', '-q', '-F', '-t', 'ext4', image, `${mebibytes}M`));
export const mkfsFrom = (folder, image, mebibytes) =>
  measure(native('mke2fs', '-q', '-F', '-t', 'ext4', '-b', '4096', '-d', folder, image, `${mebibytes}M`));
export const check = (image) => measure(native('e2fsck', '-fn', image));
