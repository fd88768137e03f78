// SPDX-License-Identifier: GPL-2.0-only
// What the main thread (run.ts) and the thread of a tool (worker.ts) tell each other.
import type {DiskError} from './disk-node.ts';
import type {Outcome} from './instance.ts';

/** Data of a thread that waits for a task: others that load the same file have none, or other data. */
export const TOOL_THREAD = 'kdisk tool';

/** What takes a while to load. */
export interface Preparation {
  /** Host path of the .wasm file. */
  program: string;
  /** Host path of the addon; empty when there is no disk. */
  addon: string;
}

export interface Task extends Preparation {
  /** argv, with the tool's name first. */
  args: string[];
  env: Record<string, string>;
  /** Read-only files, by the paths that the tool sees. */
  files: [string, Uint8Array][];
  disks: {path: string; handle: number; writable: boolean; size: number}[];
  /** All of standard input, or the ring that it comes through (ring.ts). */
  input: Uint8Array | SharedArrayBuffer;
  /** Standard input and output are one. */
  terminal: boolean;
  /** s since 1970; without it time passes */
  timestamp: number | undefined;
  seed: Uint8Array | undefined;
  /** bytes at most */
  memory: number;
  /** An int32: bytes of output that were sent and not yet taken. */
  untaken: SharedArrayBuffer;
}

/** A thread does one task. */
export type ToWorker = {prepare: Preparation} | {task: Task};

export type FromWorker =
  | {output: 'stdout' | 'stderr'; bytes: Uint8Array}
  /** The ring has room again, or the tool waits for bytes. */
  | {input: 'room' | 'want'}
  /** The tool wants single keys from now on, or lines again. */
  | {keys: boolean}
  | {done: Outcome & {diskError?: DiskError}}
  | {failed: string};
