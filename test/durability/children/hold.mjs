// SPDX-License-Identifier: GPL-2.0-only
// Has an image open until its input ends, and says so. usage: hold.mjs read|write IMAGE
import {open} from '../../../dist/index.js';

const [, , how, path] = process.argv;
const image = await open(path, {write: how === 'write'});
await image.volume();
console.log('open');
process.stdin.resume().on('end', () => image.close());
