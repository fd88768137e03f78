// SPDX-License-Identifier: GPL-2.0-only
// A line that moves while a long copy runs: on a terminal only, and only after a moment, so that short ones stay quiet.
import {sentenceSize} from '../format/size.ts';
import {stderrIsTerminal} from './output.ts';

const PATIENCE_MS = 500;
const BAR = 20;
/** The rate is that of the last seconds. */
const WINDOW_MS = 3000;

export interface State {
  files: number;
  bytes: number;
}

const digits = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** "1:05", "2:00:00" */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** Share of the work that is done, 0 to 1: small files take their time whatever their size. */
function share(state: State, total: State): number {
  const PER_FILE = 16 * 1024;
  const work = ({files, bytes}: State) => bytes + files * PER_FILE;
  return Math.min(1, work(state) / Math.max(1, work(total)));
}

/** @param rate share of the work and bytes for each second, of late */
export function progressLine(state: State, total: State | undefined, rate: {share: number; bytes: number}): string {
  const size = (bytes: number) => sentenceSize(BigInt(Math.round(bytes)));
  const files = `${digits(state.files)}${total ? ` of ${digits(total.files)}` : ''} files`;
  const speed = rate.bytes > 0 ? [`${size(rate.bytes)}/s`] : [];
  if (!total) return [size(state.bytes), files, ...speed].join(', ');
  const done = share(state, total);
  const filled = Math.floor(done * BAR);
  const bar = `[${'='.repeat(filled)}${' '.repeat(BAR - filled)}] ${Math.floor(done * 100)}%`;
  const left = rate.share > 0 ? [`${clock((1 - done) / rate.share)} left`] : [];
  return [`${bar}  ${size(state.bytes)} of ${size(total.bytes)}`, files, ...speed, ...left].join(', ');
}

export class Progress {
  private state: State = {files: 0, bytes: 0};
  private total: State | undefined;
  private stopped = false;
  private readonly marks: (State & {at: number})[] = [];
  private spinner: {text: string; stop(): unknown} | undefined;
  private readonly timer: NodeJS.Timeout | undefined;
  /** Somebody looks: worth to find out how much there is to do. */
  readonly watched: boolean;

  constructor(quiet: boolean) {
    this.watched = !quiet && stderrIsTerminal();
    if (this.watched) this.timer = setTimeout(() => void this.show(), PATIENCE_MS).unref();
  }

  private async show(): Promise<void> {
    // ora divides by it: a terminal of no width would keep it busy for ever.
    if (!process.stderr.columns) return;
    const {default: ora} = await import('ora');
    if (!this.stopped) this.spinner = ora({text: this.text(), stream: process.stderr, discardStdin: false}).start();
  }

  expect(total: State): void {
    this.total = total;
  }

  update({files, bytes}: State): void {
    if (!this.watched) return;
    this.state = {files, bytes};
    const now = Date.now();
    this.marks.push({files, bytes, at: now});
    while (this.marks.length > 2 && now - this.marks[0]!.at > WINDOW_MS) this.marks.shift();
    if (this.spinner) this.spinner.text = this.text();
  }

  private text(): string {
    const [first, last] = [this.marks[0], this.marks.at(-1)];
    const seconds = first && last ? (last.at - first.at) / 1000 : 0;
    if (!first || !last || seconds < 0.2) return progressLine(this.state, this.total, {share: 0, bytes: 0});
    const gained = this.total ? share(last, this.total) - share(first, this.total) : 0;
    return progressLine(this.state, this.total, {share: gained / seconds, bytes: (last.bytes - first.bytes) / seconds});
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.spinner?.stop();
  }
}
