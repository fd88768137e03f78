// SPDX-License-Identifier: GPL-2.0-only
// Has the kernel die as the first argument says, on an image (second argument) that is mounted and in use, and prints
// how everybody learns of it. Must end by itself.
import {addon, boot, call, copyOut, mount, NR, pipe} from '../../support/addon.mjs';

const [how, image] = process.argv.slice(2);
await boot();
const disk = await addon.attach(image, 'overlay');
const {root} = await mount(disk.device);
const [end] = await pipe();
const code = (promise) => promise.then(() => 'resolved', (error) => error.code);
const waiting = code(addon.syscall(-1, NR.read, end, new Uint8Array(8), 8));
// The pipe has a reader by now: the kernel takes calls in order.
await call(NR.getpid);
const error = await addon.crash(how).catch((caught) => caught);
const after = {
  waiting: await waiting,
  syscall: await code(addon.syscall(-1, NR.getpid)),
  readOnce: await code(addon.readOnce(root, 0, new Uint8Array(8), 0)),
  list: await code(addon.list(root, 0, false, 1)),
  copyOut: await code(copyOut(root, [['/etc/hostname', '/dev/null']])),
  readDisk: await code(addon.readDisk(disk.id, 0n, new Uint8Array(512))),
  attach: await code(addon.attach(image, 'overlay')),
  detach: await code(addon.detach(disk.id)),
  boot: await code(boot()),
  crash: await code(addon.crash(how)),
};
process.on('exit', () => {
  console.log(JSON.stringify({code: error.code, message: error.message, after, log: addon.kernelLog()}));
});
