// SPDX-License-Identifier: GPL-2.0-only
// A worker that sends numbers through a pipe of its own inside the kernel and reports how many came back wrong.
import {parentPort, threadId} from 'node:worker_threads';
import {boot, call, NR, pipe} from '../../support/addon.mjs';

await boot();
const [from, to] = await pipe();
const rounds = 500;
let wrong = 0;
for (let round = 0; round < rounds; round++) {
  const sent = Uint32Array.of(threadId, round);
  const received = new Uint32Array(2);
  const reading = call(NR.read, from, new Uint8Array(received.buffer), 8);
  await call(NR.write, to, new Uint8Array(sent.buffer), 8);
  if ((await reading) !== 8 || received[0] !== threadId || received[1] !== round) wrong++;
}
parentPort.postMessage({rounds, wrong});
