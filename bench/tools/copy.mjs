// SPDX-License-Identifier: GPL-2.0-only
// One copy through the library; prints {ms}: from the boot of the kernel to the clean end of the image, without the start
// of Node. usage: copy.mjs out|in IMAGE INSIDE OUTSIDE
import {copy, open} from '../../dist/index.js';

const [, , direction, path, inside, outside] = process.argv;
const begin = process.hrtime.bigint();
const image = await open(path, {write: direction === 'in'});
const volume = await image.volume();
const result =
  direction === 'in'
    ? await copy(null, volume, [{from: outside, to: inside}], {recursive: true})
    : await copy(volume, null, [{from: inside, to: outside}], {recursive: true});
await image.close();
const ms = Number(process.hrtime.bigint() - begin) / 1e6;
if (result.problems.length > 0) throw new Error(`${result.problems.length} problems`);
console.log(JSON.stringify({ms}));
