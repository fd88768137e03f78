// SPDX-License-Identifier: GPL-2.0-only
// How far a check is, in a line on the terminal: only e2fsck says so, the others are named while they work.
import type {FsckPass, FsckProgress} from '../../fsck.ts';
import {stderrIsTerminal} from '../output.ts';

const PATIENCE_MS = 500;
const BAR = 20;
/** Where the passes of e2fsck end in per cent of its time; its own estimate (e2fsck_tbl in its unix.c). */
const ENDS = [0, 70, 90, 92, 95, 100];

const WORDS: Record<FsckPass['step'], string> = {
  replay: 'replaying the journal',
  check: 'checking',
  repair: 'repairing',
  recheck: 'checking the repair',
  read: 'reading',
};

/** 0 to 1 */
export function shareOf({pass, done, total}: Pick<FsckProgress, 'pass' | 'done' | 'total'>): number {
  const [start, end] = [ENDS[pass - 1] ?? 100, ENDS[pass] ?? 100];
  return (start + (end - start) * Math.min(1, done / Math.max(1, total))) / 100;
}

function bar(share: number): string {
  const filled = Math.floor(share * BAR);
  return `[${'='.repeat(filled)}${' '.repeat(BAR - filled)}] ${Math.floor(share * 100)}%`;
}

export class CheckProgress {
  private spinner: {text: string; stop(): unknown} | undefined;
  private readonly timer: NodeJS.Timeout | undefined;
  private text = 'checking';
  private stopped = false;
  /** Somebody looks. */
  readonly watched: boolean;

  constructor(quiet: boolean) {
    this.watched = !quiet && stderrIsTerminal();
    if (this.watched) this.timer = setTimeout(() => void this.show(), PATIENCE_MS).unref();
  }

  private async show(): Promise<void> {
    if (!process.stderr.columns) return;
    const {default: ora} = await import('ora');
    if (!this.stopped) this.spinner = ora({text: this.text, stream: process.stderr, discardStdin: false}).start();
  }

  private say(text: string): void {
    this.text = text;
    if (this.spinner) this.spinner.text = text;
  }

  update(state: FsckProgress): void {
    this.say(`${bar(shareOf(state))}  ${WORDS[state.step]}, pass ${state.pass}`);
  }

  /** @param share of the changes that is in the image, 0 to 1 */
  commit(share: number): void {
    this.say(`${bar(share)}  writing the changes to the image`);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.spinner?.stop();
  }
}
