// SPDX-License-Identifier: GPL-2.0-only
// Tells that the kernel of this process does nothing but turn: its thread uses the processor, for longer than any
// request that comes to an end.
import {readdirSync, readFileSync} from 'node:fs';

const TICKS = 5;

/** User time of the engine's thread, in clock ticks: field 14 of proc(5) stat, the 12th after the name. */
function userTicks() {
  for (const thread of readdirSync('/proc/self/task')) {
    const text = readFileSync(`/proc/self/task/${thread}/stat`, 'latin1');
    if (text.includes('(kdisk-kernel)')) return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[11]);
  }
  throw new Error('there is no thread of the kernel');
}

export function untilKernelSpins() {
  const before = userTicks();
  while (userTicks() < before + TICKS);
}
