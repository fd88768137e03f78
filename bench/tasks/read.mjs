// SPDX-License-Identifier: GPL-2.0-only
import {spawnSync} from 'node:child_process';

export const title = 'read a file of 1 GiB from ext4';
export const unit = 'ms';
export const contenders = ['kdisk', 'kdisk-bare', 'loop', 'debugfs', 'seven-zip'];
export const note = 'kdisk: library into a buffer of 4 MiB, start not counted, as the mount is not counted for dd; others: whole commands, output to /dev/null.';
export const run = (peer, {file}) => peer.read(file(1024).image, 'ext4', '/big').ms;
/** Once for each contender, before it is measured. */
export function verify(peer, {file}) {
  const {image, digest} = file(1024);
  const {stdout} = spawnSync('sh', ['-c', '"$@" | sha256sum', 'sh', ...peer.content(image, 'ext4', '/big')], {encoding: 'utf8'});
  if (!stdout.startsWith(digest)) throw new Error('it does not give the content of the file');
}
export const targets = [{of: 'kdisk', over: 'loop', times: 1.2}];
