// SPDX-License-Identifier: GPL-2.0-only
// What the writer of the durability tests does, as a function of a seed alone: so whoever knows the seed and how far the
// writer came knows what must be there.

/** A small generator of random numbers with a seed (mulberry32): values from 0 up to and without 1. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Bytes that no other pair of numbers gives. */
export function content(seed, length) {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  for (let index = 0; index < words.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state;
  }
  return Buffer.from(words.buffer, 0, length);
}

/**
 * Endless operations, each done to the disk before the next begins:
 * {kind: 'write', path, bytes}     a new file
 * {kind: 'append', path, bytes}
 * {kind: 'replace', path, bytes}   by a new file that is renamed over it
 * {kind: 'remove', path}
 * {kind: 'mkdir', path, inner, bytes}   a directory with a file in it
 */
export function* operations(seed) {
  const next = random(seed);
  const files = [];
  for (let index = 0; ; index++) {
    const length = Math.floor(next() ** 3 * 200_000);
    const bytes = content(seed * 65_537 + index, length);
    const choice = next();
    const which = Math.floor(next() * files.length);
    if (files.length < 3 || choice < 0.5) {
      const path = `/file-${index}`;
      files.push(path);
      yield {kind: 'write', path, bytes};
    } else if (choice < 0.65) {
      yield {kind: 'append', path: files[which], bytes};
    } else if (choice < 0.8) {
      yield {kind: 'replace', path: files[which], bytes};
    } else if (choice < 0.9) {
      yield {kind: 'remove', path: files.splice(which, 1)[0]};
    } else {
      const path = `/directory-${index}`;
      files.push(`${path}/inner`);
      yield {kind: 'mkdir', path, inner: `${path}/inner`, bytes};
    }
  }
}
