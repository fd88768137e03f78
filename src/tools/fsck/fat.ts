// SPDX-License-Identifier: GPL-2.0-only
// FAT: fsck.fat(8) of dosfstools. It ends with 1 when there was something to do, and also when it gave up: then its
// last line, with the number of files, is missing. A problem is a line, with indented ones below that say more.
import {
  BITS,
  type Facts,
  type Findings,
  plainVerdict,
  type Reader,
  type Step,
  type ToolDriver,
  type Verdict,
} from './driver.ts';

const SUMMARY = /^\/disk: (\d+) files, (\d+)\/(\d+) clusters$/;
const TALK =
  /^(?:fsck\.fat \d|Leaving filesystem|\*\*\* Filesystem was|Starting (?:check|verif)|Writing changes|Performing changes)/;
/** What it does about it. */
const REMEDY =
  /^(?:Using|Auto|Not auto|Truncating|Assuming|Deleting|Dropping|Renam|Setting|Copying|Correcting|Fixing)/i;

class FatReader implements Reader {
  private pending: string[] = [];
  private facts: Facts | undefined;
  private last = '';

  constructor(
    private readonly step: Step,
    private readonly findings: Findings,
  ) {}

  line(text: string): void {
    const line = text.trimEnd();
    const summary = SUMMARY.exec(line);
    if (summary) {
      const [files, used, all] = summary.slice(1).map(Number) as [number, number, number];
      this.facts = {files, usedPercent: all > 0 ? (used / all) * 100 : 0};
    }
    if (line === '' || summary || TALK.test(line)) return this.flush();
    this.last = line.trim();
    if (/^\s/.test(line)) {
      if (!REMEDY.test(line.trim())) this.pending.push(line.trim());
      return;
    }
    // "/A  and" stands above "/B" and what is the matter with both.
    const continues = this.pending.length === 1 && / and$/.test(this.pending[0]!);
    if (!continues) this.flush();
    this.pending.push(line.replace(/\s+and$/, ' and'));
  }

  private flush(): void {
    if (this.pending.length === 0) return;
    const [head, ...more] = this.pending;
    const path = head!.startsWith('/');
    const text = [head, ...(path ? more : more.slice(0, 1))].join(path && more.length === 1 ? ': ' : ' ');
    this.findings.problem(text.replace(/\s+/g, ' ').replace(/[.:\s]+$/, ''));
    this.pending = [];
  }

  end(exitCode: number): Verdict {
    this.flush();
    const verdict = plainVerdict(this.step, exitCode);
    if (this.facts && exitCode <= 1) return {...verdict, facts: this.facts};
    return {bits: BITS.operational, ...(this.last ? {reason: this.last} : {})};
  }
}

const MODES: Record<Step, string> = {check: '-n', safe: '-a', all: '-y', ask: '-r'};

export const fat: ToolDriver = {
  tool: 'fsck.fat',
  title: 'fsck.fat',
  asks: true,
  // All its automatic repairs are one kind to it.
  arguments: (step, {native}) => [MODES[step], ...native, '/disk'],
  read: (step, findings) => new FatReader(step, findings),
};
