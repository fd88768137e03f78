// SPDX-License-Identifier: GPL-2.0-only
// exFAT: fsck.exfat(8) of exfatprogs, with the exit codes of fsck(8).
import {BITS, type Facts, type Findings, type Reader, type Step, type ToolDriver, type Verdict} from './driver.ts';

const SUMMARY = /^\/disk: (?:clean|corrupted|checked)\. directories (\d+), files (\d+)/;
const QUESTION = /^(.*?)\.? ?[A-Z][^.]*\((?:y\/N\)\?|Number : )/;

class ExfatReader implements Reader {
  private facts: Facts | undefined;
  private reason: string | undefined;

  constructor(private readonly findings: Findings) {}

  line(text: string): void {
    const line = text.trimEnd();
    const summary = SUMMARY.exec(line);
    if (summary) {
      this.facts = {files: Number(summary[2])};
      return;
    }
    const question = QUESTION.exec(line);
    const error = /^(?:ERROR|exfatprogs? error): (.*)/i.exec(question?.[1] ?? line);
    if (error) this.reason = error[1]!;
    const said = error?.[1] ?? question?.[1];
    if (said) this.findings.problem(said.replace(/[.:\s]+$/, ''));
  }

  end(exitCode: number): Verdict {
    const known = exitCode <= 15 && exitCode !== 2;
    const bits = known ? exitCode & (BITS.corrected | BITS.left | BITS.operational) : BITS.operational;
    return {
      bits,
      ...(this.facts ? {facts: this.facts} : {}),
      ...(bits & BITS.operational && this.reason !== undefined ? {reason: this.reason} : {}),
    };
  }
}

const MODES: Record<Step, string> = {check: '-n', safe: '-p', all: '-y', ask: '-r'};

export const exfat: ToolDriver = {
  tool: 'fsck.exfat',
  title: 'fsck.exfat',
  asks: true,
  arguments: (step, {native}) => [MODES[step], ...native, '/disk'],
  read: (_, findings) => new ExfatReader(findings),
};
