// SPDX-License-Identifier: GPL-2.0-only
// Ctrl-C and the like: the program says what it leaves unfinished and dies of the signal itself, which a shell shows as
// 130 or 143.
import {say} from './output.ts';

const SIGNALS = {SIGINT: {word: 'interrupted', exitCode: 130}, SIGTERM: {word: 'terminated', exitCode: 143}};

let lastWords: (() => string) | undefined;

/** Does work that would leave something behind if it were cut off; `words` tells what, and cleans up the terminal. */
export async function interruptible<T>(words: () => string, work: () => Promise<T>): Promise<T> {
  lastWords = words;
  try {
    return await work();
  } finally {
    lastWords = undefined;
  }
}

/** To be called once, at the start. */
export function watchSignals(): void {
  for (const [signal, {word, exitCode}] of Object.entries(SIGNALS)) {
    process.once(signal, () => {
      const unfinished = lastWords?.();
      say(`kdisk: ${word}${unfinished ? `; ${unfinished}` : ''}`);
      if (process.platform === 'win32') process.exit(exitCode);
      // An exit would wait for a write to a pipe that nobody reads.
      process.kill(process.pid, signal);
    });
  }
}
