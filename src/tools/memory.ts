// SPDX-License-Identifier: GPL-2.0-only
// The memory of a program inside the sandbox. Every address and length that comes from there is checked here: what
// lies outside is EFAULT, as for a system call.
import {Errno, Refused} from './preview1.ts';

/** Of one call, as IOV_MAX of Linux. */
const MOST_VECTORS = 1024;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

export class GuestMemory {
  readonly memory: WebAssembly.Memory;
  #view: DataView;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.#view = new DataView(memory.buffer);
  }

  /** Accesses outside of it are a RangeError, which the host tells the program as EFAULT. */
  get view(): DataView {
    // Growing detaches the buffer that was there before; to ask for its length costs less than to ask for the buffer.
    if (this.#view.buffer.byteLength === 0) this.#view = new DataView(this.memory.buffer);
    return this.#view;
  }

  /** The memory itself, not a copy; good until the program runs again. */
  bytes(address: number, length: number): Uint8Array {
    const start = address >>> 0;
    const size = length >>> 0;
    const {buffer} = this.view;
    if (start + size > buffer.byteLength) throw new Refused(Errno.FAULT);
    return new Uint8Array(buffer, start, size);
  }

  string(address: number, length: number): string {
    return decoder.decode(this.bytes(address, length));
  }

  /** The pieces of an iovec or ciovec array. */
  vectors(address: number, count: number): Uint8Array[] {
    if (count >>> 0 > MOST_VECTORS) throw new Refused(Errno.INVAL);
    const {view} = this;
    const pieces: Uint8Array[] = [];
    for (let index = 0; index < count; index++) {
      const at = (address >>> 0) + index * 8;
      pieces.push(this.bytes(view.getUint32(at, true), view.getUint32(at + 4, true)));
    }
    return pieces;
  }

  setUint32(address: number, value: number): void {
    this.view.setUint32(address >>> 0, value, true);
  }

  setUint64(address: number, value: bigint): void {
    this.view.setBigUint64(address >>> 0, value, true);
  }

  /** Strings one after the other, each with its NUL, and the table of their addresses (args_get, environ_get). */
  writeStrings(strings: readonly string[], table: number, buffer: number): void {
    let at = buffer >>> 0;
    strings.forEach((text, index) => {
      const encoded = encoder.encode(`${text}\0`);
      this.bytes(at, encoded.length).set(encoded);
      this.setUint32((table >>> 0) + index * 4, at);
      at += encoded.length;
    });
  }
}

/** Bytes that writeStrings() needs for them. */
export function stringsSize(strings: readonly string[]): number {
  return strings.reduce((sum, text) => sum + encoder.encode(text).length + 1, 0);
}
