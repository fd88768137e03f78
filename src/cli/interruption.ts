// SPDX-License-Identifier: GPL-2.0-only
// Ctrl-C and the like: the program says what it leaves unfinished and dies of the signal itself, which a shell shows as
// 130 or 143. Where an image is open for writing, the first signal only asks the work to stop, so that the image can be
// closed; a second one ends the program as it is.
import {say} from './output.ts';
import {stop, writing} from './writing.ts';

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const SIGNALS: Record<Signal, {word: string; exitCode: number}> = {
  SIGINT: {word: 'interrupted', exitCode: 130},
  SIGTERM: {word: 'terminated', exitCode: 143},
  SIGHUP: {word: 'hung up', exitCode: 129},
};

/** Closing takes as long as the host's disk does; who waits longer than this is told, ms. */
const PATIENCE = 1000;

/** How work ends that a signal cuts off. */
export interface Ending {
  /** Instead of the death by the signal itself. */
  exitCode?: number;
  /** Said instead, while the work can't be cut off. */
  held?: () => string | undefined;
}

let lastWords: (() => string) | undefined;
let lastEnding: Ending | undefined;
/** The first signal of a writer, with what was unfinished then. */
let first: {signal: Signal; words: (() => string) | undefined} | undefined;

/** True when the failure of a command is not worth a line of its own, because it was stopped. */
export function isInterrupted(): boolean {
  return first !== undefined;
}

/**
 * Does work that would leave something behind if it were cut off; `words` tells what, and cleans up the terminal.
 * Work that changes an image is not cut off: it must stop soon after stopSignal() is aborted (writing.ts).
 */
export async function interruptible<T>(words: () => string, work: () => Promise<T>, ending?: Ending): Promise<T> {
  const [before, beforeEnding] = [lastWords, lastEnding];
  lastWords = words;
  lastEnding = ending;
  try {
    return await work();
  } finally {
    lastWords = before;
    lastEnding = beforeEnding;
  }
}

function die(signal: Signal, line: string): void {
  const {word, exitCode} = SIGNALS[signal];
  const held = lastEnding?.held?.();
  if (held !== undefined) return say(`kdisk: ${held}`);
  say(`kdisk: ${word}${line ? `; ${line}` : ''}`);
  if (lastEnding?.exitCode !== undefined) process.exit(lastEnding.exitCode);
  if (process.platform === 'win32') process.exit(exitCode);
  process.removeAllListeners(signal);
  // An exit would wait for a write to a pipe that nobody reads.
  process.kill(process.pid, signal);
}

function onSignal(signal: Signal): void {
  if (writing.size === 0) return die(signal, lastWords?.() ?? '');
  if (first) return die(signal, 'the image was not unmounted; its journal will be replayed at the next mount');
  first = {signal, words: lastWords};
  stop();
  const patience = () => say('kdisk: closing the image; once more ends at once and leaves that to the next mount');
  setTimeout(patience, PATIENCE).unref();
}

/**
 * To be called when the images are closed: ends the program if it was told to.
 * @param complete the signal came too late to stop anything
 */
export async function endIfInterrupted(complete: boolean): Promise<void> {
  if (!first) return;
  const words = first.words?.() ?? '';
  die(first.signal, complete ? '' : words);
  // The signal is on its way.
  await new Promise(() => {});
}

/** To be called once, at the start. */
export function watchSignals(): void {
  for (const signal of Object.keys(SIGNALS) as Signal[]) process.on(signal, onSignal);
}
