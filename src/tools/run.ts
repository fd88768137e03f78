// SPDX-License-Identifier: GPL-2.0-only
// Runs an upstream program (mke2fs, e2fsck, ...) that was compiled to WebAssembly, in a thread of its own and in a
// sandbox: it sees the disks that are handed in, and nothing else of this computer.
import {existsSync} from 'node:fs';
import {totalmem} from 'node:os';
import {join} from 'node:path';
import {Worker} from 'node:worker_threads';
import {addonPath, binding} from '../binding.ts';
import {AbortError, argumentError, KdiskError} from '../errors.ts';
import {packageRoot} from '../package-root.ts';
import type {DiskError} from './disk-node.ts';
import {type Feeder, IterableFeeder, TerminalFeeder} from './input.ts';
import type {Outcome} from './instance.ts';
import {makeRing} from './ring.ts';
import {type FromWorker, type Preparation, type Task, TOOL_THREAD, type ToWorker} from './task.ts';
import {Tail, trapMessage} from './trap.ts';

const GiB = 1024 ** 3;

export interface ToolDisk {
  /** Of openDisk() (addon/index.d.ts); stays open. */
  handle: number;
  /** Whether the tool may write to it; the handle's own mode counts as well. */
  writable: boolean;
  /** bytes */
  size: bigint;
}

export interface ToolCall {
  /** Name of tools/build/NAME.wasm. */
  tool: string;
  /** Without argv[0]; the disks are /disk, /disk2, ... */
  args: string[];
  /** All of its environment. */
  env?: Record<string, string>;
  /** Small read-only files by absolute path, such as /etc/mke2fs.conf. */
  files?: Record<string, Uint8Array | string>;
}

export interface ToolOptions {
  disks: ToolDisk[];
  /** Standard input, empty by default; 'terminal' is that of this process, and output is a terminal as well then. */
  stdin?: 'terminal' | Uint8Array | AsyncIterable<Uint8Array>;
  /** The calendar stands still there, s since 1970; sleeping takes no time. Default: the real time. */
  timestamp?: number;
  /** Makes its random numbers the same in each run. Default: real ones. */
  seed?: Uint8Array;
  /** Takes the output as it comes, in its order; without it the result holds all of it. */
  onOutput?: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  /** Ends the tool at once, wherever it is. */
  signal?: AbortSignal;
  /** Bytes of memory at most; default: half of the host's, between 1 and 4 GiB. */
  memory?: number;
}

export interface ToolResult {
  exitCode: number;
  /** Empty with onOutput. */
  stdout: Buffer;
  stderr: Buffer;
  /** The first thing that a disk refused: the tool may have gone on, but not with what it wanted there. */
  diskError?: DiskError;
  /** It was refused memory, and may have said so in its own words. */
  outOfMemory: boolean;
  /** Bytes of memory that it had. */
  memory: number;
}

/**
 * Host path of a tool's program.
 * @param name of tools/build/NAME.wasm
 * @throws KdiskError ERR_TOOL_MISSING
 */
export function toolPath(name: string): string {
  const folder = process.env.KDISK_TOOLS || join(packageRoot, 'tools', 'build');
  const path = join(folder, `${name}.wasm`);
  if (/^[\w.+-]+$/.test(name) && existsSync(path)) return path;
  const message = `${name} is not built (${path}); run "npm run setup" in ${packageRoot}`;
  throw new KdiskError('ERR_TOOL_MISSING', message, {path});
}

const WORKER = join(packageRoot, 'dist', 'tool-worker.cjs');

/** The thread's stack is that of the calls inside, besides the 8 MiB that the tool has in its own memory. */
const STACK_MIB = 16;

function defaultMemory(): number {
  return Math.min(4 * GiB, Math.max(GiB, totalmem() / 2));
}

function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : content;
}

function preparation(tool: string, withDisks: boolean): Preparation {
  // Loaded here as well, so that the end of the tool's thread does not unload it.
  if (withDisks) binding();
  return {program: toolPath(tool), addon: withDisks ? addonPath() : ''};
}

function taskOf(call: ToolCall, options: ToolOptions): Task {
  const {stdin = new Uint8Array(0), disks} = options;
  return {
    ...preparation(call.tool, disks.length > 0),
    args: [call.tool, ...call.args],
    env: call.env ?? {},
    files: Object.entries(call.files ?? {}).map(([path, content]) => [path, bytesOf(content)]),
    disks: disks.map(({handle, writable, size}, index) => ({
      path: index === 0 ? '/disk' : `/disk${index + 1}`,
      handle,
      writable,
      size: Number(size),
    })),
    input: stdin instanceof Uint8Array ? stdin : makeRing(),
    terminal: stdin === 'terminal',
    timestamp: options.timestamp,
    seed: options.seed,
    memory: options.memory ?? defaultMemory(),
    untaken: new SharedArrayBuffer(4),
  };
}

function feederOf(task: Task, stdin: ToolOptions['stdin'], onError: (error: unknown) => void): Feeder | undefined {
  if (stdin === undefined || task.input instanceof Uint8Array) return undefined;
  if (stdin === 'terminal') return new TerminalFeeder(task.input);
  return new IterableFeeder(stdin as AsyncIterable<Uint8Array>, task.input, onError);
}

let spare: Worker | undefined;
// Its failure is told by the next use, which starts another one.
const forgetSpare = () => void (spare = undefined);

function startThread(): Worker {
  if (!existsSync(WORKER))
    throw new KdiskError('ERR_NOT_INSTALLED', `${WORKER} is not built; run "npm run setup" in ${packageRoot}`);
  return new Worker(WORKER, {
    workerData: TOOL_THREAD,
    env: {},
    execArgv: [],
    resourceLimits: {stackSizeMb: STACK_MIB},
  });
}

function takeThread(): Worker {
  const worker = spare ?? startThread();
  spare = undefined;
  worker.off('error', forgetSpare).off('exit', forgetSpare).ref();
  return worker;
}

/**
 * Starts the thread of the next runTool(), for who has something else to do meanwhile. Never fails: what is wrong is told
 * by runTool().
 * @param tool compiled there already, where it is known which one it will be
 */
export function prepareTool(tool?: string): void {
  if (spare) return;
  try {
    const prepare = tool === undefined ? undefined : preparation(tool, true);
    spare = startThread();
    spare.on('error', forgetSpare).on('exit', forgetSpare).unref();
    if (prepare) spare.postMessage({prepare} satisfies ToWorker);
  } catch {
    // See above.
  }
}

type Done = Outcome & {diskError?: DiskError};

/** Runs the thread to its end; `take` gets the output. */
function runWorker(
  tool: string,
  task: Task,
  {stdin, signal}: ToolOptions,
  take: (stream: 'stdout' | 'stderr', chunk: Buffer) => void,
): Promise<Done> {
  return new Promise((resolve, reject) => {
    const worker = takeThread();
    const untaken = new Int32Array(task.untaken);
    let settled = false;
    const settle = (end: () => void) => {
      if (settled) return;
      settled = true;
      feeder?.stop();
      signal?.removeEventListener('abort', onAbort);
      end();
    };
    /** Rejects when the thread is gone: until then it may write to a disk. */
    const kill = (error: unknown) => settle(() => void worker.terminate().then(() => reject(error)));
    const onAbort = () => kill(new AbortError(signal!));
    const feeder = feederOf(task, stdin, kill);
    const onMessage = (message: FromWorker) => {
      if ('output' in message) {
        const {bytes} = message;
        take(message.output, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
        Atomics.sub(untaken, 0, bytes.byteLength);
        Atomics.notify(untaken, 0);
      } else if ('input' in message) {
        feeder?.[message.input]();
      } else if ('keys' in message) {
        feeder?.keys(message.keys);
      } else if ('done' in message) {
        settle(() => resolve(message.done));
      } else {
        kill(new KdiskError('ERR_TOOL_TRAP', `${tool} does not run: ${message.failed}; run "npm run setup"`));
      }
    };
    worker.on('message', (message: FromWorker) => {
      if (settled) return;
      try {
        onMessage(message);
      } catch (error) {
        kill(error);
      }
    });
    worker.once('error', (error) => kill(new KdiskError('ERR_TOOL_TRAP', `${tool} stopped: ${error.message}`)));
    worker.once('exit', () => kill(new KdiskError('ERR_TOOL_TRAP', `${tool} stopped without a result`)));
    signal?.addEventListener('abort', onAbort, {once: true});
    worker.postMessage({task} satisfies ToWorker);
  });
}

/**
 * Runs a tool to its end. What it says with its exit code is a result; an exception is what it could not say itself.
 * @throws KdiskError ERR_TOOL_TRAP when it broke off (with its name and its last words), ERR_TOOL_MISSING
 * @throws AbortError on `signal`; the tool's thread is gone then, and nothing writes to the disks any more
 */
export async function runTool(call: ToolCall, options: ToolOptions): Promise<ToolResult> {
  const {signal, onOutput} = options;
  if (signal?.aborted) throw new AbortError(signal);
  for (const path of Object.keys(call.files ?? {}))
    if (!path.startsWith('/')) throw argumentError(`the path of a file for ${call.tool} is not absolute: '${path}'`);
  const task = taskOf(call, options);
  const tail = new Tail();
  const collected: Record<'stdout' | 'stderr', Buffer[]> = {stdout: [], stderr: []};
  const take = (stream: 'stdout' | 'stderr', chunk: Buffer) => {
    tail.add(chunk);
    if (onOutput) onOutput(stream, chunk);
    else collected[stream].push(chunk);
  };
  const done = await runWorker(call.tool, task, options, take);
  const {exitCode, trap, memory, outOfMemory, diskError} = done;
  if (trap || exitCode === undefined) {
    const message = trapMessage(call.tool, trap, tail.lastLine(), outOfMemory ? task.memory : undefined);
    throw new KdiskError('ERR_TOOL_TRAP', message);
  }
  return {
    exitCode,
    stdout: Buffer.concat(collected.stdout),
    stderr: Buffer.concat(collected.stderr),
    outOfMemory,
    memory,
    ...(diskError ? {diskError} : {}),
  };
}
