// SPDX-License-Identifier: GPL-2.0-only
// Drives read-everything.mjs over many images: a crash or hang is put down to its image and the rest goes on.
import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

const worker = fileURLToPath(new URL('./read-everything.mjs', import.meta.url));

export interface Reading {
  image: string;
  mounted: number;
  entries: number;
  bytes: number;
  errors: Record<string, number>;
  /** Undefined when all went as it should: a signal, an exit, a hang, a dead kernel. */
  fatal?: string;
}

/** @param secondsEach time without a sign of life after which an image counts as a hang */
export async function readSafely(images: string[], secondsEach: number): Promise<Map<string, Reading>> {
  // Two engines, for two processors.
  const halves = [0, 1].map((half) => images.filter((_, index) => index % 2 === half));
  const found = await Promise.all(
    halves.map(async (half) => {
      const readings: Reading[] = [];
      while (readings.length < half.length) await readBatch(half.slice(readings.length), secondsEach, readings);
      return readings;
    }),
  );
  return new Map(found.flat().map((reading) => [reading.image, reading]));
}

function readBatch(images: string[], secondsEach: number, readings: Reading[]): Promise<void> {
  const child = spawn(process.execPath, [worker], {stdio: ['pipe', 'pipe', 'pipe']});
  let current: string | undefined;
  let hang = false;
  let stderr = '';
  const kill = () => {
    hang = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(kill, secondsEach * 1000);
  child.stderr.on('data', (text) => (stderr += text));
  // A child that dies early leaves its input unread; the exit says so.
  child.stdin.on('error', () => {});
  child.stdin.end(images.join('\n'));
  createInterface({input: child.stdout}).on('line', (line) => {
    const {done, ...reading} = JSON.parse(line) as Reading & {done?: boolean};
    clearTimeout(timer);
    timer = setTimeout(kill, secondsEach * 1000);
    current = done ? undefined : reading.image;
    if (done) readings.push(reading);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      if (current !== undefined) {
        const fatal = hang ? `no end after ${secondsEach} s` : `exit ${status ?? signal}: ${stderr.slice(-500)}`;
        readings.push({image: current, mounted: 0, entries: 0, bytes: 0, errors: {}, fatal});
      } else if (readings.length === 0) {
        reject(new Error(`the reader did not start: ${stderr}`));
        return;
      }
      resolve();
    });
  });
}
