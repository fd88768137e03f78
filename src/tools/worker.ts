// SPDX-License-Identifier: GPL-2.0-only
// The thread that runs a tool (dist/tool-worker.cjs): the tool's calls block it, never the main thread, and it can be
// ended at any instruction. Without a task it is a library: the host for programs of the tests.
import {readFileSync} from 'node:fs';
import {parentPort, workerData} from 'node:worker_threads';
import {devices} from './device-nodes.ts';
import {type DiskCalls, type DiskError, DiskNode} from './disk-node.ts';
import {type Outcome, runModule} from './instance.ts';
import type {FileNode} from './nodes.ts';
import {requireLate} from '../package-root.ts';
import {RingReader} from './ring.ts';
import {BytesInput, Output, SourceInput} from './stream-nodes.ts';
import {type FromWorker, type Preparation, type Task, TOOL_THREAD, type ToWorker} from './task.ts';
import {fixedTime, hostRandomness, hostTime, seededRandomness} from './time.ts';
import {MemoryFile, type Origin, VirtualTree} from './virtual-tree.ts';

export * from './calls.ts';
export * from './host.ts';
export * from './instance.ts';
export * from './nodes.ts';
export * from './preview1.ts';
export * from './stream-nodes.ts';
export * from './time.ts';

function send(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  parentPort!.postMessage(message, transfer);
}

/** Output that the main thread has not taken yet is bounded: beyond it the tool waits. */
const MOST_UNTAKEN = 4 * 1024 * 1024;

function sender(task: Task, stream: 'stdout' | 'stderr'): (bytes: Uint8Array) => void {
  const untaken = new Int32Array(task.untaken);
  return (bytes) => {
    for (let waiting = Atomics.load(untaken, 0); waiting > MOST_UNTAKEN; waiting = Atomics.load(untaken, 0))
      Atomics.wait(untaken, 0, waiting);
    Atomics.add(untaken, 0, bytes.length);
    const copy = bytes.slice();
    send({output: stream, bytes: copy}, [copy.buffer as ArrayBuffer]);
  };
}

function inputOf(task: Task, inode: number): FileNode {
  if (task.input instanceof Uint8Array) return new BytesInput(inode, task.input);
  const reader = new RingReader(
    task.input,
    () => send({input: 'room'}),
    () => send({input: 'want'}),
  );
  return new SourceInput(inode, reader, task.terminal);
}

interface Prepared {
  bytes: Uint8Array;
  module: WebAssembly.Module;
}

const prepared = new Map<string, Prepared>();

function load(program: string): Prepared {
  const bytes = readFileSync(program);
  return {bytes, module: new WebAssembly.Module(bytes)};
}

function prepare({program, addon}: Preparation): void {
  prepared.set(program, load(program));
  if (addon) requireLate(addon);
}

function run(task: Task): Outcome & {diskError?: DiskError} {
  const time = task.timestamp === undefined ? hostTime() : fixedTime(task.timestamp);
  let inode = 1;
  const origin: Origin = {nextInode: () => inode++, time: time.real()};
  const calls = task.disks.length > 0 ? (requireLate(task.addon) as DiskCalls) : undefined;
  let diskError: DiskError | undefined;
  const disks = task.disks.map(({path, ...disk}): [string, FileNode] => {
    const onError = (error: Omit<DiskError, 'disk'>) => (diskError ??= {...error, disk: path});
    return [path, new DiskNode(calls!, {...disk, inode: origin.nextInode(), time: origin.time, onError})];
  });
  const files = task.files.map(([path, bytes]): [string, FileNode] => [path, new MemoryFile(origin, bytes)]);
  const input = inputOf(task, origin.nextInode());
  const output = (stream: 'stdout' | 'stderr') => new Output(origin.nextInode(), sender(task, stream), task.terminal);
  const randomness = task.seed ? seededRandomness(task.seed) : hostRandomness;
  const own = devices(origin.nextInode, randomness);
  const outcome = runModule({
    ...(prepared.get(task.program) ?? load(task.program)),
    mostMemory: task.memory,
    args: task.args,
    env: task.env,
    streams: [input, output('stdout'), output('stderr')],
    root: VirtualTree.of(origin, [...own, ['/dev/stdin', input], ...disks, ...files]),
    time,
    randomness,
    onKeys: (single) => send({keys: single}),
  });
  return {...outcome, ...(diskError ? {diskError} : {})};
}

function work(message: ToWorker): void {
  try {
    if ('prepare' in message) return prepare(message.prepare);
    send({done: run(message.task)});
  } catch (error) {
    // Not the tool's fault: a file that is no module, an import that nobody has.
    send({failed: (error as Error).message});
  }
  parentPort!.close();
}

if (workerData === TOOL_THREAD) parentPort!.on('message', work);
