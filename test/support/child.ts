// SPDX-License-Identifier: GPL-2.0-only
// Runs the scripts of test/addon/children: what they do ends a kernel or a process.
import {spawn, type ChildProcess} from 'node:child_process';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

export interface ChildRun {
  status: number | null;
  /** SIGKILL: it was still there after the deadline. */
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

const DEADLINE = 20_000;

export interface ChildOptions {
  /** Shell commands before, in the same process: ulimit. */
  before?: string;
  /** At each line of standard output. */
  onLine?: (line: string, child: ChildProcess) => void;
}

export function runChild(name: string, args: string[], {before = '', onLine}: ChildOptions = {}): Promise<ChildRun> {
  const script = fileURLToPath(new URL(`../addon/children/${name}.mjs`, import.meta.url));
  const words = [process.execPath, script, ...args];
  const child = before
    ? spawn('bash', ['-c', `${before}; exec "$@"`, 'bash', ...words])
    : spawn(words[0]!, words.slice(1));
  const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE);
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', (text) => (stderr += text));
  createInterface({input: child.stdout}).on('line', (line) => {
    stdout += `${line}\n`;
    onLine?.(line, child);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      resolve({status, signal, stdout, stderr});
    });
  });
}
