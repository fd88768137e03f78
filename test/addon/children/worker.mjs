// SPDX-License-Identifier: GPL-2.0-only
// Ends a worker thread whose call into the kernel is under way in the manner of the first argument, and prints what the
// main thread can do then. Arguments after it: an image with a file /large, and a host path to copy that to.
import {isMainThread, parentPort, Worker, workerData} from 'node:worker_threads';
import {addon, boot, bootFake, call, callBelow, copyOut, FAKE, mount, NR, pipe} from '../../support/addon.mjs';
import {untilKernelSpins} from './spinning.mjs';

const [way, image, target] = isMainThread ? process.argv.slice(2) : workerData;
const underWay = () => parentPort.postMessage('under way');

async function open() {
  await boot();
  const disk = await addon.attach(image, 'overlay');
  return mount(disk.device);
}

/** Each says when it is under way, and does not end. */
const ways = {
  async reads() {
    const {root} = await open();
    const fd = await callBelow(root, NR.openat, -100, '/large', 0, 0);
    const buffer = new Uint8Array(16_000_000);
    for (let round = 0; ; round++) {
      const reading = Array.from({length: 8}, () => addon.syscall(-1, NR.pread64, fd, buffer, buffer.length, 0));
      if (round === 1) underWay();
      await Promise.all(reading);
    }
  },
  async copy() {
    const {root} = await open();
    await copyOut(root, Array.from({length: 100_000}, () => ['/large', target]), {}, underWay);
  },
  async pipe() {
    await boot();
    const [end] = await pipe();
    addon.syscall(-1, NR.read, end, new Uint8Array(8), 8);
    await call(NR.getpid);
    underWay();
  },
  async spin() {
    await bootFake();
    addon.syscall(-1, FAKE.spin);
    untilKernelSpins();
    underWay();
  },
  /** Ends by itself, with the disk attached and mounted. */
  async leaves() {
    await open();
    underWay();
  },
};

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), {workerData: process.argv.slice(2)});
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  if (way !== 'leaves') await worker.terminate();
  const status = await exited;
  const next = await addon.syscall(-1, NR.getpid).catch((error) => error.code);
  // A disk of the worker's is there for all.
  const second = typeof next === 'number' ? (await addon.attach(image, 'overlay')).name : undefined;
  console.log(JSON.stringify({status, next, second}));
} else {
  await ways[way]();
}
