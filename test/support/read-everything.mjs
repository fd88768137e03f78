// SPDX-License-Identifier: GPL-2.0-only
// Reads all that can be read of the images named on standard input, one a line, in one engine. For each it prints
// {image} before and {image, ...what happened} after, so that whoever waits knows which one a crash or hang belongs to.
// Runs the built library in plain Node: a crash takes this process, never the test runner.
import {createInterface} from 'node:readline';
import {open} from '../../dist/index.js';

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

/** Errors of the file system are findings; the death of the kernel, or an exception of another kind, is not. */
function note(result, error) {
  if (typeof error.code !== 'string' || error.code === 'EKERNELDEAD') throw error;
  result.errors[error.code] = (result.errors[error.code] ?? 0) + 1;
}

async function readFile(volume, path, result) {
  const handle = await volume.open(path);
  try {
    // A damaged size can claim terabytes: the first and the last of them are enough.
    const {size} = await handle.stat({bigint: true});
    const buffer = Buffer.allocUnsafeSlow(1 << 20);
    const end = Number(size);
    for (let at = 0; at < end; at += buffer.length) {
      if (at === 8 * buffer.length && end > 16 * buffer.length) at = end - 4 * buffer.length;
      const {bytesRead} = await handle.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) break;
      result.bytes += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

async function walk(volume, path, depth, result) {
  const slash = Buffer.from('/');
  let seen = 0;
  for await (const batch of volume.entries(path, {stats: true})) {
    for (const entry of batch) {
      if (++seen > 20_000) return;
      // A sign of life: a file system of 65,000 directories takes long without hanging.
      if (++result.entries % 1000 === 0) say({image: result.image});
      if (entry.errno) {
        result.errors.entry = (result.errors.entry ?? 0) + 1;
        continue;
      }
      const inside = Buffer.concat([path, path.length > 1 ? slash : Buffer.alloc(0), Buffer.from(entry.name)]);
      const steps = {
        0o040000: () => (depth < 40 ? walk(volume, inside, depth + 1, result) : undefined),
        0o100000: () => readFile(volume, inside, result),
        0o120000: () => volume.readlink(inside),
      };
      await Promise.resolve(steps[entry.type]?.()).catch((error) => note(result, error));
      // Would follow a link, and this one may lead nowhere.
      if (entry.type !== 0o120000) await volume.listxattr(inside).catch((error) => note(result, error));
    }
  }
}

async function look(path, asIs, result) {
  const image = await open(path, {asIs});
  try {
    result.places += image.places.length;
    const volume = await image.volume([{kind: 'disk'}]);
    result.mounted++;
    await volume.statfs();
    await walk(volume, Buffer.from('/'), 0, result).catch((error) => note(result, error));
  } finally {
    await image.close();
  }
}

for await (const image of createInterface({input: process.stdin})) {
  say({image});
  const result = {image, places: 0, mounted: 0, entries: 0, bytes: 0, errors: {}};
  try {
    for (const asIs of [false, true]) await look(image, asIs, result).catch((error) => note(result, error));
  } catch (error) {
    result.fatal = `${error.code ?? error.name}: ${error.message}`;
  }
  say({...result, done: true});
  // A dead kernel stays dead for this process.
  if (result.fatal) process.exit(3);
}
