// SPDX-License-Identifier: GPL-2.0-only
// A line that moves while a long copy runs: on a terminal only, and only after a moment, so that short ones stay quiet.
import {stderrIsTerminal} from './output.ts';

const PATIENCE_MS = 700;

export class Progress {
  private text = '';
  private stopped = false;
  private spinner: {text: string; stop(): unknown} | undefined;
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(quiet: boolean) {
    if (!quiet && stderrIsTerminal()) this.timer = setTimeout(() => void this.show(), PATIENCE_MS).unref();
  }

  private async show(): Promise<void> {
    const {default: ora} = await import('ora');
    if (!this.stopped) this.spinner = ora({text: this.text, stream: process.stderr}).start();
  }

  update(text: string): void {
    this.text = text;
    if (this.spinner) this.spinner.text = text;
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.spinner?.stop();
  }
}
