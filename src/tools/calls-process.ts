// SPDX-License-Identifier: GPL-2.0-only
// The rest of preview 1: arguments, environment, clocks, random numbers, waiting, the end.
import {type Calls, Exit} from './calls.ts';
import type {WasiHost} from './host.ts';
import {stringsSize} from './memory.ts';
import type {FileNode} from './nodes.ts';
import {ABSOLUTE_TIME, Clock, Errno, EventType, Refused} from './preview1.ts';

const SUBSCRIPTION_BYTES = 48;
const EVENT_BYTES = 32;
/** More than a program that polls its three streams and a clock needs. */
const MOST_SUBSCRIPTIONS = 256;
const NS_PER_MS = 1_000_000n;

interface Subscription {
  user: bigint;
  type: number;
  /** Of a clock: ns from now. */
  timeout?: bigint;
  node?: FileNode;
  errno: number;
}

export function processCalls(host: WasiHost): Calls {
  const {memory, descriptors} = host;
  const {time, randomness} = host.options;

  const clock = (id: number): bigint => {
    if (id === Clock.REALTIME) return time.real();
    if (id === Clock.MONOTONIC || id === Clock.PROCESS || id === Clock.THREAD) return time.monotonic();
    throw new Refused(Errno.INVAL);
  };

  const strings = (list: readonly string[]) => ({
    sizes: (count: number, bytes: number) => {
      memory.setUint32(count, list.length);
      memory.setUint32(bytes, stringsSize(list));
    },
    get: (table: number, buffer: number) => memory.writeStrings(list, table, buffer),
  });
  const args = strings(host.args);
  const environment = strings(host.environment);

  function subscription(at: number): Subscription {
    const {view} = memory;
    const common = {user: view.getBigUint64(at, true), type: view.getUint8(at + 8), errno: Errno.SUCCESS};
    if (common.type === EventType.CLOCK) {
      const id = view.getUint32(at + 16, true);
      const given = view.getBigUint64(at + 24, true);
      const absolute = (view.getUint16(at + 40, true) & ABSOLUTE_TIME) !== 0;
      const wait = absolute ? given - clock(id) : given;
      return {...common, timeout: wait > 0n ? wait : 0n};
    }
    try {
      return {...common, node: descriptors.get(view.getUint32(at + 16, true)).node};
    } catch (error) {
      if (error instanceof Refused) return {...common, errno: error.errno};
      throw error;
    }
  }

  /** Waits for the first thing to happen; of several streams, each in turn is waited for. */
  function poll(all: Subscription[]): Subscription[] {
    const clocks = all.filter(({timeout}) => timeout !== undefined);
    const streams = all.filter(({timeout}) => timeout === undefined);
    const ready = (milliseconds: number) =>
      streams.filter(({node, type}) => type !== EventType.FD_READ || (node?.wait?.(milliseconds) ?? true));

    const now = ready(0);
    if (now.length > 0) return now;
    clocks.sort((left, right) => (left.timeout! < right.timeout! ? -1 : 1));
    const first = clocks[0]?.timeout;
    if (streams.length > 0) {
      const later = ready(first === undefined ? Infinity : Number(first / NS_PER_MS));
      if (later.length > 0) return later;
    } else {
      time.sleep(first!);
    }
    return clocks.filter(({timeout}) => timeout === first);
  }

  return {
    args_sizes_get: args.sizes,
    args_get: args.get,
    environ_sizes_get: environment.sizes,
    environ_get: environment.get,

    clock_res_get: (id: number, result: number) => {
      clock(id);
      memory.setUint64(result, 1000n);
    },
    clock_time_get: (id: number, _precision: bigint, result: number) => memory.setUint64(result, clock(id)),

    random_get: (address: number, length: number) => randomness(memory.bytes(address, length)),

    poll_oneoff: (subscriptions: number, events: number, count: number, result: number) => {
      if (count === 0 || count >>> 0 > MOST_SUBSCRIPTIONS) throw new Refused(Errno.INVAL);
      const all = Array.from({length: count}, (_, index) =>
        subscription((subscriptions >>> 0) + index * SUBSCRIPTION_BYTES),
      );
      const happened = poll(all);
      memory.bytes(events, happened.length * EVENT_BYTES).fill(0);
      happened.forEach(({user, errno, type, node}, index) => {
        const at = (events >>> 0) + index * EVENT_BYTES;
        memory.view.setBigUint64(at, user, true);
        memory.view.setUint16(at + 8, errno, true);
        memory.view.setUint8(at + 10, type);
        memory.view.setBigUint64(at + 16, node ? 1n : 0n, true);
      });
      memory.setUint32(result, happened.length);
    },

    sched_yield: () => {},

    proc_exit: (exitCode: number): never => {
      throw new Exit(exitCode);
    },

    // What raise() and abort() would like: there are no signals inside.
    proc_raise: () => Errno.NOSYS,
  };
}
