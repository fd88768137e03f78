// SPDX-License-Identifier: GPL-2.0-only
// Standard input and output of a tool: in order, whole, and never more in memory than is under way; and its end at any
// moment.
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {beforeAll, describe, expect, it} from 'vitest';
import {buildHostile, closeDisk, hostile, makeDisk} from '../support/tool-programs.ts';

const MiB = 1024 * 1024;

beforeAll(buildHostile);

/** FNV-1a, as count_input() in hostile.c. */
function fnv(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

const pattern = (length: number) => Buffer.from(Array.from({length}, (_, index) => (index * 7919) >>> 5));

describe('standard input', () => {
  it('is empty unless given', async () => {
    expect((await hostile(['count'])).said).toEqual([0, fnv(Buffer.alloc(0))]);
  });

  it('may be bytes', async () => {
    const bytes = pattern(70_001);
    expect((await hostile(['count'], {stdin: bytes})).said).toEqual([bytes.length, fnv(bytes)]);
  });

  it('may come in pieces of any size', async () => {
    const bytes = pattern(3 * MiB + 17);
    async function* pieces() {
      let at = 0;
      for (const size of [1, 0, 999_999, 2, 1_500_000, 65_536]) {
        yield bytes.subarray(at, at + size);
        at += size;
        await sleep(1);
      }
      yield bytes.subarray(at);
    }
    expect((await hostile(['count'], {stdin: pieces()})).said).toEqual([bytes.length, fnv(bytes)]);
  });

  it('of 100 MiB is taken as fast as it is read, not ahead of that', async () => {
    const chunk = pattern(MiB);
    let given = 0;
    async function* source() {
      for (; given < 100; given++) yield chunk;
    }
    // Nobody reads: the ring holds 1 MiB, and another piece waits.
    const controller = new AbortController();
    const idle = hostile(['loop'], {stdin: source(), signal: controller.signal});
    await sleep(500);
    expect(given).toBeLessThanOrEqual(2);
    controller.abort();
    await expect(idle).rejects.toMatchObject({code: 'ABORT_ERR'});

    given = 0;
    const {said} = await hostile(['count'], {stdin: source()});
    expect(said).toEqual([100 * MiB, expect.any(Number)]);
  });

  it('that fails is the error, and ends the tool', async () => {
    async function* source() {
      yield Buffer.from('x');
      throw new Error('the tape is torn');
    }
    await expect(hostile(['count'], {stdin: source()})).rejects.toThrow('the tape is torn');
  });

  it('that nobody reads is let go', async () => {
    let released = false;
    async function* source() {
      try {
        for (;;) yield Buffer.alloc(MiB);
      } finally {
        released = true;
      }
    }
    await hostile(['list'], {stdin: source()});
    await sleep(20);
    expect(released).toBe(true);
  });
});

describe('standard output', () => {
  it('comes whole to one who is slow', async () => {
    let bytes = 0;
    const hash = createHash('sha256');
    await hostile(['flood'], {
      onOutput: (stream, chunk) => {
        expect(stream).toBe('stdout');
        hash.update(chunk);
        bytes += chunk.length;
        if (bytes % (8 * MiB) === 0) for (const until = Date.now() + 20; Date.now() < until; );
      },
    });
    expect(bytes).toBe(64 * MiB);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(Buffer.alloc(64 * MiB, 'x')).digest('hex'));
  });

  it('that its reader cannot take is the error', async () => {
    const onOutput = () => {
      throw new Error('no more paper');
    };
    await expect(hostile(['flood'], {onOutput})).rejects.toThrow('no more paper');
  });
});

describe('an abort', () => {
  const abortAfter = async (words: string[], milliseconds: number, more = {}) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), milliseconds);
    const started = performance.now();
    await expect(hostile(words, {signal: controller.signal, ...more})).rejects.toMatchObject({
      name: 'AbortError',
      cause: {message: 'enough'},
    });
    return performance.now() - started - milliseconds;
  };

  it('ends an endless loop', async () => {
    expect(await abortAfter(['loop'], 300)).toBeLessThan(2000);
  });

  it('ends a sleep, and a wait for input that never comes', async () => {
    expect(await abortAfter(['sleep', '5'], 300)).toBeLessThan(2000);
    async function* never() {
      await new Promise(() => {});
      yield Buffer.alloc(0);
    }
    expect(await abortAfter(['wait'], 300, {stdin: never()})).toBeLessThan(2000);
  });

  it('before the start starts nothing', async () => {
    await expect(hostile(['loop'], {signal: AbortSignal.abort()})).rejects.toMatchObject({code: 'ABORT_ERR'});
  });

  it('leaves nobody behind who writes to the disk', async () => {
    const disk = await makeDisk(MiB);
    for (let round = 0; round < 5; round++) {
      const controller = new AbortController();
      const run = hostile(['scribble'], {disk, signal: controller.signal, onOutput: () => controller.abort()});
      await expect(run).rejects.toMatchObject({code: 'ABORT_ERR'});
      const before = readFileSync(disk.path);
      expect(before.some((byte) => byte !== 0)).toBe(true);
      await sleep(30);
      expect(readFileSync(disk.path).equals(before)).toBe(true);
    }
    await closeDisk(disk);
  });
});
