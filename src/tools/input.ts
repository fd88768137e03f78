// SPDX-License-Identifier: GPL-2.0-only
// The main thread's side of a tool's standard input: from an iterable as fast as the tool takes it, or from the
// terminal as soon as it asks.
import {RingWriter} from './ring.ts';

/** What a tool that runs is fed by. */
export interface Feeder {
  /** The ring has room again. */
  room(): void;
  /** The tool waits for bytes. */
  want(): void;
  /** It wants single keys, or lines. */
  keys(single: boolean): void;
  /** The tool has ended. */
  stop(): void;
}

export class IterableFeeder implements Feeder {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #writer: RingWriter;
  #stopped = false;
  #hasRoom = false;
  #onRoom: (() => void) | undefined;

  /** @param onError the iterable failed */
  constructor(source: AsyncIterable<Uint8Array>, ring: SharedArrayBuffer, onError: (error: unknown) => void) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#writer = new RingWriter(ring);
    this.#pump().catch((error: unknown) => {
      if (!this.#stopped) onError(error);
    });
  }

  async #pump(): Promise<void> {
    for (;;) {
      const next = await this.#iterator.next();
      if (next.done || this.#stopped) break;
      let rest = next.value;
      while (rest.length > 0 && !this.#stopped) {
        rest = rest.subarray(this.#writer.write(rest));
        if (rest.length > 0) await this.#room();
      }
    }
    if (!this.#stopped) this.#writer.end();
  }

  async #room(): Promise<void> {
    if (!this.#hasRoom) await new Promise<void>((resolve) => (this.#onRoom = resolve));
    this.#hasRoom = false;
    this.#onRoom = undefined;
  }

  room(): void {
    this.#hasRoom = true;
    this.#onRoom?.();
  }

  want(): void {
    // It reads ahead anyway.
  }

  keys(): void {
    // Not a terminal.
  }

  stop(): void {
    this.#stopped = true;
    this.room();
    // Not awaited: a source that hangs must not keep the result back.
    void this.#iterator.return?.()?.catch(() => {});
  }
}

/** Of those that end a program from outside. */
const DEADLY = ['SIGTERM', 'SIGHUP'] as const;
const CTRL_C = 3;
const CTRL_D = 4;

/** Reads the terminal of this process only while the tool waits, so that what is typed later goes to who asks later. */
export class TerminalFeeder implements Feeder {
  readonly #writer: RingWriter;
  #single = false;
  #reading = false;

  constructor(ring: SharedArrayBuffer) {
    this.#writer = new RingWriter(ring);
  }

  readonly #onData = (bytes: Buffer) => {
    this.#pause();
    // In this mode the terminal makes no signals of keys.
    if (this.#single && bytes.includes(CTRL_C)) process.kill(process.pid, 'SIGINT');
    else if (this.#single && bytes[0] === CTRL_D) this.#writer.end();
    else this.#writer.write(bytes);
  };

  readonly #onEnd = () => {
    this.#pause();
    this.#writer.end();
  };

  /** Who handles a signal may end the process by it, and the terminal would stay as it is. */
  readonly #onSignal = () => this.#pause();

  want(): void {
    if (this.#reading) return;
    this.#reading = true;
    if (this.#single) process.stdin.setRawMode?.(true);
    // Where nobody handles it, Node gives the terminal back by itself; a listener would keep the process alive.
    for (const signal of DEADLY)
      if (process.listenerCount(signal) > 0) process.prependListener(signal, this.#onSignal);
    process.stdin.on('data', this.#onData).once('end', this.#onEnd);
    process.stdin.resume();
  }

  #pause(): void {
    if (!this.#reading) return;
    this.#reading = false;
    for (const signal of DEADLY) process.off(signal, this.#onSignal);
    process.stdin.off('data', this.#onData).off('end', this.#onEnd).pause();
    if (this.#single) process.stdin.setRawMode?.(false);
  }

  keys(single: boolean): void {
    this.#single = single;
  }

  room(): void {
    // A person does not fill it.
  }

  stop(): void {
    this.#pause();
  }
}
