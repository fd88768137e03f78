// SPDX-License-Identifier: GPL-2.0-only
// Clocks and random numbers of a sandboxed program: the real ones, or ones that are the same in each run.
import type * as Crypto from 'node:crypto';
import {requireLate} from '../package-root.ts';

export interface Timekeeper {
  /** ns since 1970 */
  real(): bigint;
  /** ns that never go back */
  monotonic(): bigint;
  sleep(ns: bigint): void;
  /** Sleeping takes no time. */
  readonly virtual: boolean;
}

export type Randomness = (target: Uint8Array) => void;

const NS_PER_MS = 1_000_000;
/** So that a program that waits for time to pass comes to an end. */
const STEP_NS = 1000n;

/** Atomics.wait takes no more at once. */
const LONGEST_SLEEP_MS = 1_000_000_000;

export function hostTime(): Timekeeper {
  const still = new Int32Array(new SharedArrayBuffer(4));
  return {
    virtual: false,
    real: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * NS_PER_MS)),
    monotonic: () => process.hrtime.bigint(),
    sleep: (ns) => {
      let left = Number(ns) / NS_PER_MS;
      for (; left > LONGEST_SLEEP_MS; left -= LONGEST_SLEEP_MS) Atomics.wait(still, 0, 0, LONGEST_SLEEP_MS);
      if (left > 0) Atomics.wait(still, 0, 0, left);
    },
  };
}

/**
 * The calendar stands still; the monotonic clock moves with each look at it and each sleep, which is over at once.
 * @param timestamp s since 1970
 */
export function fixedTime(timestamp: number): Timekeeper {
  const real = BigInt(Math.round(timestamp)) * 1_000_000_000n;
  let passed = 0n;
  return {
    virtual: true,
    real: () => real,
    monotonic: () => (passed += STEP_NS),
    sleep: (ns) => void (passed += ns),
  };
}

const PIECE_BYTES = 65536;

export const hostRandomness: Randomness = (target) => {
  const {randomFillSync} = requireLate('node:crypto') as typeof Crypto;
  // Not in place: Node refuses to fill the memory of WebAssembly in some versions.
  for (let at = 0; at < target.length; at += PIECE_BYTES)
    target.set(randomFillSync(new Uint8Array(Math.min(PIECE_BYTES, target.length - at))), at);
};

/**
 * The same bytes for the same seed, of xoshiro128** (Blackman and Vigna, "Scrambled Linear Pseudorandom Number
 * Generators") with the seed mixed in by FNV-1a: names and UUIDs are made of it, no secrets.
 */
export function seededRandomness(seed: Uint8Array): Randomness {
  const state = new Uint32Array(4);
  for (let lane = 0; lane < 4; lane++) {
    let hash = (0x811c9dc5 ^ (lane + 1)) >>> 0;
    for (const byte of seed) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    // Never all zero, which the generator would stay at.
    state[lane] = (hash ^ (hash >>> 15)) | (lane === 0 ? 1 : 0);
  }
  const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by));
  const next = () => {
    const [a, b, c, d] = state as unknown as [number, number, number, number];
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    state[2] = c ^ a;
    state[3] = d ^ b;
    state[1] = b ^ state[2]!;
    state[0] = a ^ state[3]!;
    state[2] = state[2]! ^ (b << 9);
    state[3] = rotate(state[3]!, 11);
    return result;
  };
  // Neighbouring seeds begin alike.
  for (let round = 0; round < 32; round++) next();
  return (target) => {
    // One byte of each number: the stream does not depend on the pieces in which it is asked for.
    for (let index = 0; index < target.length; index++) target[index] = next() >>> 24;
  };
}
