// SPDX-License-Identifier: GPL-2.0-only
// Leaves the process, in the way of the first argument, while the kernel is at work. Arguments after it: an image with
// a file /large, and a host path to copy that to, over and over: it would take hours.
import {addon, boot, bootFake, call, copyOut, FAKE, mount, NR, pipe} from '../../support/addon.mjs';
import {untilKernelSpins} from './spinning.mjs';

const [way, image, target] = process.argv.slice(2);

async function copy(progress) {
  await boot();
  const disk = await addon.attach(image, 'overlay');
  const {root} = await mount(disk.device);
  const pairs = Array.from({length: 100_000}, () => ['/large', target]);
  await copyOut(root, pairs, {}, progress);
  console.log('the copy came to an end');
}

const ways = {
  exit: () => copy(() => process.exit(3)),
  uncaught: () => copy(() => setImmediate(() => { throw new Error('nobody catches this'); })),
  // Whoever waits for this line sends the signal.
  signal: () => copy(() => console.log('copying')),
  'handled-signal': () => {
    process.on('SIGTERM', () => process.exit(42));
    return copy(() => console.log('copying'));
  },
  async idle() {
    await boot();
    await mount((await addon.attach(image, 'overlay')).device);
    console.log('nothing left to do');
  },
  async pipe() {
    await boot();
    const [end] = await pipe();
    addon.syscall(-1, NR.read, end, new Uint8Array(8), 8);
    await call(NR.getpid);
    process.exit(4);
  },
  async spin() {
    await bootFake();
    addon.syscall(-1, FAKE.spin);
    untilKernelSpins();
    process.exit(5);
  },
  async crashed() {
    await boot();
    await addon.crash('fault').catch(() => process.exit(6));
  },
};
await ways[way]();
