// SPDX-License-Identifier: GPL-2.0-only
// Does operations.mjs to an image, each one through fsync, and prints the number of those that are done, until it is killed
// (or has done LAST, if given). usage: writer.mjs IMAGE SEED [LAST]
import {writeSync} from 'node:fs';
import {open} from '../../../dist/index.js';
import {operations} from './operations.mjs';

const [, , path, seed, last = Infinity] = process.argv;
const image = await open(path, {write: true});
const volume = await image.volume();

async function synced(name, flags, bytes) {
  const handle = await volume.open(name, flags);
  if (bytes) await handle.writeFile(bytes);
  await handle.sync();
  await handle.close();
}
const root = () => synced('/', 'r');

let done = 0;
for (const operation of operations(Number(seed))) {
  const {kind, path: name, bytes} = operation;
  if (kind === 'write') {
    await synced(name, 'wx', bytes);
    await root();
  } else if (kind === 'append') {
    await synced(name, 'a', bytes);
  } else if (kind === 'replace') {
    await synced(`${name}.new`, 'w', bytes);
    await volume.rename(`${name}.new`, name);
    await synced(name.slice(0, name.lastIndexOf('/')) || '/', 'r');
  } else if (kind === 'remove') {
    await volume.unlink(name);
    await synced(name.slice(0, name.lastIndexOf('/')) || '/', 'r');
  } else {
    await volume.mkdir(name);
    await synced(operation.inner, 'wx', bytes);
    await synced(name, 'r');
    await root();
  }
  // At once: what is in a buffer when the process is killed was never said.
  writeSync(1, `${++done}\n`);
  if (done === Number(last)) break;
}
await image.close();
