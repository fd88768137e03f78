// SPDX-License-Identifier: GPL-2.0-only
// mkfs or fsck by the library; prints {ms} of the call, and of a check also {tool}: what passed while e2fsck ran, with
// the start of its thread and its compilation. usage: tool.mjs mkfs IMAGE BYTES [FROM] | fsck IMAGE
import {fsck, mkfs} from '../../dist/index.js';

const [, , what, path, size, from] = process.argv;
const begin = process.hrtime.bigint();
const result =
  what === 'mkfs'
    ? await mkfs(path, {type: 'ext4', size: Number(size), ...(from ? {from, blockSize: 4096} : {})})
    : await fsck(path, {force: true});
const ms = Number(process.hrtime.bigint() - begin) / 1e6;
if (what === 'fsck' && result.state !== 'clean') throw new Error(`it is ${result.state}`);
console.log(JSON.stringify({ms, tool: result.passes?.reduce((sum, pass) => sum + pass.ms, 0)}));
// The kernel's thread would live on.
process.exit();
