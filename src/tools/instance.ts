// SPDX-License-Identifier: GPL-2.0-only
// One run of a program compiled to WebAssembly: makes its memory, links it with the host, runs it to its end.
import {Exit} from './calls.ts';
import {type HostOptions, WasiHost} from './host.ts';

const PAGE = 65536;

export interface Outcome {
  /** Of exit() or main(). */
  exitCode?: number;
  /** It did something that WebAssembly forbids, or called abort(). */
  trap?: Trap;
  /** Bytes of memory that it had in the end; memory is never given back. */
  memory: number;
  /** It was refused memory. */
  outOfMemory: boolean;
}

export interface Trap {
  /** "unreachable", "memory access out of bounds" */
  reason: string;
  /** Functions of the program, innermost first. */
  where: string[];
}

interface Limits {
  initial: number;
  maximum: number | undefined;
}

/** Reads the binary form (WebAssembly core specification, 5.5.5) as far as the memory that a module imports. */
function memoryLimits(bytes: Uint8Array): Limits | undefined {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  const name = () => {
    const length = number();
    const text = Buffer.from(bytes.subarray(at, at + length)).toString();
    at += length;
    return text;
  };
  const limits = (): Limits => {
    const bounded = bytes[at++]! & 1;
    return {initial: number(), maximum: bounded ? number() : undefined};
  };
  const IMPORTS = 2;
  while (at < bytes.length) {
    const section = bytes[at++];
    const length = number();
    const end = at + length;
    for (let left = section === IMPORTS ? number() : 0; left > 0; left--) {
      const path = `${name()}.${name()}`;
      const kind = bytes[at++];
      if (kind === 0) number();
      else if (kind === 1) (at++, limits());
      else if (kind === 3) at += 2;
      else if (kind === 4) (at++, number());
      else {
        const found = limits();
        if (path === 'env.memory') return found;
      }
    }
    at = end;
  }
  return undefined;
}

/**
 * The memory that a module asks for, and no more than `most` bytes of it.
 * @throws Error when the module has a memory of its own, which nothing could bound, or `most` is too small
 */
export function makeMemory(bytes: Uint8Array, most: number): WebAssembly.Memory {
  const limits = memoryLimits(bytes);
  if (!limits) throw new Error('it does not import its memory (env.memory)');
  const {initial, maximum = PAGE} = limits;
  const bound = Math.min(Math.floor(most / PAGE), maximum);
  if (bound < initial) throw new Error(`it needs ${initial * PAGE} bytes of memory to start`);
  return new WebAssembly.Memory({initial, maximum: bound});
}

/** The names that V8 finds in the module's name section: "wasm://wasm/e2fsck-0123abcd:wasm-function[7]:0x1234". */
function frames(error: Error): string[] {
  const lines = (error.stack ?? '').split('\n').filter((line) => line.includes('wasm://'));
  return lines.map((line) => /^\s*at (\S+) \(wasm:/.exec(line)?.[1]?.replace(/^.*\.wasm\./, '') ?? 'unknown');
}

function trapOf(error: unknown): Trap {
  if (error instanceof WebAssembly.RuntimeError) return {reason: error.message, where: frames(error)};
  // The stack of the thread, which WebAssembly shares: "Maximum call stack size exceeded".
  if (error instanceof RangeError) return {reason: 'stack overflow', where: frames(error)};
  throw error;
}

export interface Started extends Omit<HostOptions, 'memory'> {
  /** The file. */
  bytes: Uint8Array;
  module: WebAssembly.Module;
  /** bytes */
  mostMemory: number;
}

/** Runs a program; comes back when it has ended. */
export function runModule(program: Started): Outcome {
  const memory = makeMemory(program.bytes, program.mostMemory);
  const host = new WasiHost({...program, memory});
  const outcome: Partial<Outcome> = {};
  let refused: (() => number) | undefined;
  try {
    const {exports} = new WebAssembly.Instance(program.module, host.imports(program.module));
    refused = exports['kdisk_memory_refused'] as typeof refused;
    const start = exports['_start'];
    if (typeof start !== 'function') throw new Error('it exports no _start');
    start();
    outcome.exitCode = 0;
  } catch (error) {
    if (error instanceof Exit) outcome.exitCode = error.exitCode;
    else outcome.trap = trapOf(error);
  }
  return {...outcome, memory: memory.buffer.byteLength, outOfMemory: (refused?.() ?? 0) !== 0};
}
