// SPDX-License-Identifier: GPL-2.0-only
// A process that writes to an image and is killed in the middle; and what must be in the image afterwards.
import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {statSync} from 'node:fs';
import {setTimeout as wait} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import type {Volume} from '../../src/index.ts';
import {operations, type Operation} from '../durability/children/operations.mjs';

const writer = fileURLToPath(new URL('../durability/children/writer.mjs', import.meta.url));

/** @returns how many operations it had said to be done when it was killed, `delay` ms after the first of them */
export async function killWriter(image: string, seed: number, delay: number): Promise<number> {
  const child = spawn(process.execPath, [writer, image, String(seed)], {stdio: ['ignore', 'pipe', 'pipe']});
  let done = 0;
  let stderr = '';
  child.stderr.on('data', (text) => (stderr += text));
  const lines = createInterface({input: child.stdout});
  lines.on('line', (line) => {
    if (done === 0) setTimeout(() => child.kill('SIGKILL'), delay);
    done = Number(line);
  });
  const [[, signal]] = (await Promise.all([once(child, 'exit'), once(lines, 'close')])) as [[unknown, string | null], unknown];
  if (signal !== 'SIGKILL' || done === 0) throw new Error(`the writer ended by itself (${signal}) after ${done}: ${stderr}`);
  return done;
}

/** Kills a process some ms after it first wrote to the image. */
export async function killAfterFirstWrite(child: ChildProcess, image: string, delay: number): Promise<void> {
  const exited = once(child, 'exit');
  const {mtimeNs} = statSync(image, {bigint: true});
  while (statSync(image, {bigint: true}).mtimeNs === mtimeNs && child.exitCode === null) await wait(1);
  await wait(delay);
  child.kill('SIGKILL');
  await exited;
}

type Expected = Map<string, Buffer | null>;

function apply(files: Expected, operation: Operation): void {
  if (operation.kind === 'remove') files.set(operation.path, null);
  else if (operation.kind === 'append') files.set(operation.path, Buffer.concat([files.get(operation.path)!, operation.bytes]));
  else files.set(operation.kind === 'mkdir' ? operation.inner : operation.path, operation.bytes);
}

async function read(volume: Volume, path: string): Promise<Buffer | null> {
  try {
    return await volume.readFile(path);
  } catch (error) {
    if ((error as {code?: string}).code === 'ENOENT') return null;
    throw error;
  }
}

const same = (one: Buffer | null, other: Buffer | null) => (one && other ? one.equals(other) : one === other);
const show = (bytes: Buffer | null) => (bytes ? `${bytes.length} bytes` : 'missing');

/** What of the first `done` operations is not in the volume, one line each. The next one may have come halfway. */
export async function lost(volume: Volume, seed: number, done: number): Promise<string[]> {
  const files: Expected = new Map();
  const source = operations(seed);
  for (let index = 0; index < done; index++) apply(files, source.next().value);
  const halfway = source.next().value;
  const before = new Map(files);
  apply(files, halfway);
  const found: string[] = [];
  for (const [path, after] of files) {
    const got = await read(volume, path);
    const was = before.get(path) ?? null;
    if (same(got, was) || same(got, after)) continue;
    const concerned = path === halfway.path || (halfway.kind === 'mkdir' && path === halfway.inner);
    // A file that is being written has any length; what was in it before stays.
    const growing = concerned && got !== null && ['write', 'append', 'mkdir'].includes(halfway.kind);
    if (growing && got.subarray(0, was?.length ?? 0).equals(was ?? Buffer.alloc(0))) continue;
    found.push(`${path}: ${show(got)}, not ${show(was)}${concerned ? ` or ${show(after)}` : ''}`);
  }
  return found;
}
