// SPDX-License-Identifier: GPL-2.0-only
// Bytes from the main thread to a tool's thread, which waits for them without an event loop: a ring in shared memory.
// The main thread never blocks; it is told by a message when there is room again.
import type {ByteSource} from './stream-nodes.ts';

/** A power of two, so that the counters may wrap. */
const CAPACITY = 1 << 20;
const HEAD_BYTES = 32;

/** Words of the head. */
const WRITTEN = 0;
const READ = 1;
/** 1: nothing will be written any more. */
const ENDED = 2;
/** 1: the writer found it full. */
const FULL = 3;
/** Changes with each thing that the writer does: what the reader sleeps on. */
const EVENT = 4;

export function makeRing(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEAD_BYTES + CAPACITY);
}

abstract class End {
  protected readonly head: Int32Array;
  protected readonly data: Uint8Array;

  constructor(ring: SharedArrayBuffer) {
    this.head = new Int32Array(ring, 0, HEAD_BYTES / 4);
    this.data = new Uint8Array(ring, HEAD_BYTES);
  }

  /** Bytes that lie in it. */
  protected filled(): number {
    return (Atomics.load(this.head, WRITTEN) - Atomics.load(this.head, READ)) >>> 0;
  }
}

export class RingWriter extends End {
  /** @returns how much of it there was room for; if not all, the reader will ask for more */
  write(bytes: Uint8Array): number {
    let room = CAPACITY - this.filled();
    if (room < bytes.length) {
      Atomics.store(this.head, FULL, 1);
      room = CAPACITY - this.filled();
    }
    const part = bytes.subarray(0, room);
    const at = Atomics.load(this.head, WRITTEN) & (CAPACITY - 1);
    const first = part.subarray(0, CAPACITY - at);
    this.data.set(first, at);
    this.data.set(part.subarray(first.length), 0);
    Atomics.add(this.head, WRITTEN, part.length);
    this.#wake();
    return part.length;
  }

  end(): void {
    Atomics.store(this.head, ENDED, 1);
    this.#wake();
  }

  #wake(): void {
    Atomics.add(this.head, EVENT, 1);
    Atomics.notify(this.head, EVENT);
  }
}

export class RingReader extends End implements ByteSource {
  readonly #onRoom: () => void;
  readonly #onWant: () => void;

  /**
   * @param onRoom the writer found the ring full, and half of it is free again
   * @param onWant the reader is about to wait for bytes
   */
  constructor(ring: SharedArrayBuffer, onRoom: () => void, onWant: () => void) {
    super(ring);
    this.#onRoom = onRoom;
    this.#onWant = onWant;
  }

  read(target: Uint8Array): number {
    if (!this.wait(Infinity)) return 0;
    const count = Math.min(this.filled(), target.length);
    const at = Atomics.load(this.head, READ) & (CAPACITY - 1);
    const first = Math.min(count, CAPACITY - at);
    target.set(this.data.subarray(at, at + first));
    target.set(this.data.subarray(0, count - first), first);
    Atomics.add(this.head, READ, count);
    const enough = this.filled() <= CAPACITY / 2;
    if (enough && Atomics.compareExchange(this.head, FULL, 1, 0) === 1) this.#onRoom();
    return count;
  }

  /** True with bytes, or at the end; read() then tells which. */
  wait(timeout: number): boolean {
    const until = performance.now() + timeout;
    let asked = false;
    for (;;) {
      const event = Atomics.load(this.head, EVENT);
      if (this.filled() > 0) return true;
      if (Atomics.load(this.head, ENDED) === 1) return true;
      const left = until - performance.now();
      if (left <= 0) return false;
      if (!asked) this.#onWant();
      asked = true;
      Atomics.wait(this.head, EVENT, event, left);
    }
  }
}
