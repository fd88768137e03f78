// SPDX-License-Identifier: GPL-2.0-only
// A worker that has only the number of a disk: in each sector of its own (`first`, `first` + `step`, ...) it writes that
// sector's number and reads it back, again and again, until `rounds` are done, and reports what was wrong.
import {parentPort, workerData} from 'node:worker_threads';
import {addon} from '../../support/addon.mjs';

const {handle, first, step, sectors, rounds} = workerData;
const memory = new Uint8Array(4096);
const words = new Uint32Array(memory.buffer);
let wrong = 0;
for (let round = 1; round <= rounds; round++) {
  for (let sector = first; sector < sectors; sector += step) {
    words.fill(sector, 128, 256);
    if (addon.diskWrite(handle, sector * 512, memory, 512, 512) !== 512) wrong++;
    if (addon.diskRead(handle, sector * 512, memory, 1024, 512) !== 512 || words[256 + round % 128] !== sector) wrong++;
  }
  if (round === 1) parentPort.postMessage('under way');
}
parentPort.postMessage({wrong});
