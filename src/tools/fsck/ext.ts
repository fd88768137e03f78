// SPDX-License-Identifier: GPL-2.0-only
// ext2, ext3, ext4: e2fsck(8) of e2fsprogs. Its exit code is fsck(8)'s own. A line of it that asks ends with the answer
// ("Fix? no"), one that does not ask with what was done ("FIXED."); what stands above a bare question belongs to it.
import {BITS, type Facts, type Findings, type Reader, type Step, type ToolDriver, type Verdict} from './driver.ts';

/** e2fsck -C 2 writes "PASS DONE TOTAL NAME" there, among the rest of standard error. */
const PROGRESS = /^(\d+) (\d+) (\d+) (.*)$/;
const SUMMARY = /^.*: (clean, )?(\d+)\/(\d+) files(?: \(.*?\))?, (\d+)\/(\d+) blocks/;
const HEADING =
  /^(?:Usage:|e2fsck \d|Pass \d|Restarting|Optimizing|.*(?:check forced|with errors|recovering journal$|\*{5,}))/i;
/** PR_* prompts of e2fsck/problem.c, with their answers and what -p says instead. */
const QUESTION = /^(.*?)\s*([A-Z][^.?]*)\? (?:yes to all|yes|no|cancelled!)$/;
const DONE = /^(.*?)\s+[A-Z][A-Z ]+(?:\.|$)/;
/** Reasons of an exit with 8 begin thus. */
const FATAL =
  /super-?block|unrecognized|while (?:trying|reading|opening|checking|setting)|cannot|could not|invalid|error|unsupported/i;

class ExtReader implements Reader {
  /** Lines that may turn out to belong to a question. */
  private above: string[] = [];
  private facts: Facts | undefined;
  private reason: string | undefined;

  constructor(
    private readonly step: Step,
    private readonly findings: Findings,
    /** What it calls the file system: by its label, if it has one. */
    private readonly name: string,
  ) {}

  line(text: string): void {
    const progress = PROGRESS.exec(text);
    if (progress?.[4] === this.name) {
      const [pass, done, total] = progress.slice(1, 4).map(Number) as [number, number, number];
      return this.findings.progress({pass, done, total});
    }
    const prefix = `${this.name}: `;
    const line = (text.startsWith(prefix) ? text.slice(prefix.length) : text).trimEnd();
    const summary = SUMMARY.exec(text);
    if (summary) {
      const [files, , used, all] = summary.slice(2).map(Number) as [number, number, number, number];
      this.facts = {files, usedPercent: all > 0 ? (used / all) * 100 : 0, ...(summary[1] ? {marked: true} : {})};
    } else if (HEADING.test(line)) this.above = [];
    // With -p there is an empty line between a problem and the end of it.
    else if (line === '') this.above = this.step === 'safe' ? this.above : [];
    else this.read(line);
  }

  private read(line: string): void {
    // What -p does not decide stands above.
    if (/^UNEXPECTED INCONSISTENCY/.test(line)) {
      if (this.above.length > 0) this.tell(this.above.join(' '));
      this.above = [];
      return;
    }
    if (/^\s*\(i\.e\., without/.test(line)) return;
    const question = QUESTION.exec(line);
    const done = question ? undefined : DONE.exec(line);
    if (question || (done && done[1] !== '')) {
      const said = (question ?? done)![1]!;
      this.tell(said === '' ? this.above.join(' ') || question![2]! : said);
      this.above = [];
      return;
    }
    if (FATAL.test(line)) this.reason ??= line;
    this.above = [...this.above, line].slice(-3);
  }

  private tell(text: string): void {
    this.findings.problem(text.replace(/\s+/g, ' ').replace(/[.:\s]+$/, ''));
  }

  end(exitCode: number): Verdict {
    const operational = exitCode & (BITS.operational | BITS.usage | BITS.cancelled);
    return {
      // 2 asks for a new start of the machine, after repairs of what it runs from: never so here.
      bits:
        (exitCode & (BITS.corrected | BITS.left)) |
        (operational ? BITS.operational : 0) |
        (exitCode & 2 ? BITS.corrected : 0),
      ...(this.facts ? {facts: this.facts} : {}),
      ...(operational && this.reason ? {reason: this.reason} : {}),
    };
  }
}

const MODES: Record<Step, string> = {check: '-n', safe: '-p', all: '-y', ask: ''};

export const ext: ToolDriver = {
  tool: 'e2fsck',
  title: 'e2fsck',
  asks: true,
  // Removed files that were still open are freed too.
  replay: ['-p', '-E', 'journal_only', '/disk'],
  arguments(step, {force, progress, native}) {
    const how = [MODES[step], force ? '-f' : '', ...(progress && step !== 'ask' ? ['-C', '2'] : [])];
    return [...how.filter((word) => word !== ''), ...native, '/disk'];
  },
  read: (step, findings, label) => new ExtReader(step, findings, label ? label.replace(/[\s:]/g, '_') : '/disk'),
};
