// SPDX-License-Identifier: GPL-2.0-only
// Copies out of an image, for tests that limit the process: arguments are the image, then pairs of paths.
import {addon, boot, copyOut, mount} from '../../support/addon.mjs';

const [image, ...paths] = process.argv.slice(2);
await boot();
const {root, unmount} = await mount((await addon.attach(image, 'overlay')).device);
const pairs = Array.from({length: paths.length / 2}, (_, index) => paths.slice(index * 2, index * 2 + 2));
const result = await copyOut(root, pairs);
await unmount();
const problems = result.problems.map(({path, ...problem}) => ({path: path.toString(), ...problem}));
console.log(JSON.stringify({...result, problems}));
