// SPDX-License-Identifier: GPL-2.0-only
// Runs the program as a user would, in a process of its own.
import {spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';

const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

export interface Run {
  status: number | null;
  /** Bytes of standard output ... */
  bytes: Buffer;
  /** ... and the same as text. */
  stdout: string;
  stderr: string;
  /** Of --json. */
  json<T>(): T;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  uid?: number;
  gid?: number;
  /** On standard input. */
  input?: Buffer | string;
  /** Milliseconds after which it counts as hanging. */
  timeout?: number;
}

export function kdisk(words: string[], options: RunOptions = {}): Run {
  const {status, stdout, stderr, error} = spawnSync(process.execPath, [program, ...words], {
    timeout: 20_000,
    ...options,
    env: {...process.env, TZ: 'UTC', ...options.env},
    maxBuffer: 1024 * 1024 * 1024,
  });
  // It need not read all of its input.
  if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  const text = stdout.toString();
  return {status, bytes: stdout, stdout: text, stderr: stderr.toString(), json: <T>() => JSON.parse(text) as T};
}
