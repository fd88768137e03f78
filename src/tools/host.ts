// SPDX-License-Identifier: GPL-2.0-only
// Our own WASI preview 1: what a program compiled to WebAssembly can call. There is nothing of the real host behind it
// but what the caller handed in as nodes (nodes.ts): no file system, no environment, a clock that may stand still.
import {type Argument, type Call, type Calls, Exit} from './calls.ts';
import {descriptorCalls} from './calls-descriptor.ts';
import {kdiskCalls} from './calls-kdisk.ts';
import {pathCalls} from './calls-path.ts';
import {processCalls} from './calls-process.ts';
import {Descriptors} from './descriptors.ts';
import {GuestMemory} from './memory.ts';
import type {DirectoryNode, FileNode} from './nodes.ts';
import {Errno, errnoOfCode, Refused} from './preview1.ts';
import type {Randomness, Timekeeper} from './time.ts';

export interface HostOptions {
  /** argv, with the program's name first. */
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  memory: WebAssembly.Memory;
  /** Standard input, output and error. */
  streams: readonly [FileNode, FileNode, FileNode];
  /** What the program sees as "/". */
  root: DirectoryNode;
  time: Timekeeper;
  randomness: Randomness;
  /** The program switches its terminal between lines and single keys. */
  onKeys?: (single: boolean) => void;
}

/** The error number of whatever an honest call can throw; a mistake of the host's own stays an exception. */
function errnoOf(error: unknown): number {
  if (error instanceof Refused) return error.errno;
  // DataView outside of the memory; the end of the stack is the program's affair, which has used it up.
  if (error instanceof RangeError && !error.message.includes('call stack')) return Errno.FAULT;
  const {code} = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && /^E[A-Z0-9]+$/.test(code)) return errnoOfCode(code);
  throw error;
}

export class WasiHost {
  readonly options: HostOptions;
  readonly memory: GuestMemory;
  readonly descriptors = new Descriptors();
  readonly args: readonly string[];
  readonly environment: readonly string[];

  constructor(options: HostOptions) {
    this.options = options;
    this.memory = new GuestMemory(options.memory);
    this.args = options.args;
    this.environment = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`);
    const [input, output, errors] = options.streams;
    this.descriptors.add({node: input, position: 0, read: true, write: false, flags: 0});
    this.descriptors.add({node: output, position: 0, read: false, write: true, flags: 0});
    this.descriptors.add({node: errors, position: 0, read: false, write: true, flags: 0});
    this.descriptors.add({node: options.root, position: 0, read: true, write: false, flags: 0, preopen: '/'});
  }

  /** What `module` imports. A function of preview 1 that is not here is there all the same and says ENOSYS. */
  imports(module: WebAssembly.Module): WebAssembly.Imports {
    const known: Record<string, Calls> = {
      wasi_snapshot_preview1: {...descriptorCalls(this), ...pathCalls(this), ...processCalls(this)},
      kdisk: kdiskCalls(this),
    };
    const given: Record<string, Record<string, WebAssembly.ImportValue>> = {env: {memory: this.memory.memory}};
    for (const {module: space, name, kind} of WebAssembly.Module.imports(module)) {
      const calls = known[space];
      if (kind !== 'function' || !calls) continue;
      const call = Object.hasOwn(calls, name) ? calls[name]! : () => Errno.NOSYS;
      (given[space] ??= {})[name] = guarded(call);
    }
    return given;
  }
}

function guarded(call: Call): (...args: Argument[]) => number {
  return (...args) => {
    try {
      return (call as (...args: Argument[]) => number | void)(...args) ?? Errno.SUCCESS;
    } catch (error) {
      if (error instanceof Exit) throw error;
      return errnoOf(error);
    }
  };
}
