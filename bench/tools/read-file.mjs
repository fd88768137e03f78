// SPDX-License-Identifier: GPL-2.0-only
// Reads one file of an image through the library and prints {ms, bytes}. usage: read-file.mjs IMAGE PATH
import {open} from '../../dist/index.js';

const [, , path, inside] = process.argv;
const image = await open(path);
const volume = await image.volume();
const handle = await volume.open(inside);
const begin = process.hrtime.bigint();
const buffer = Buffer.allocUnsafeSlow(4 << 20);
let bytes = 0;
for (;;) {
  const {bytesRead} = await handle.read(buffer);
  if (bytesRead === 0) break;
  bytes += bytesRead;
}
const ms = Number(process.hrtime.bigint() - begin) / 1e6;
await handle.close();
await image.close();
console.log(JSON.stringify({ms, bytes}));
