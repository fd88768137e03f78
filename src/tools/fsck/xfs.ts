// SPDX-License-Identifier: GPL-2.0-only
// XFS: xfs_repair(8) of xfsprogs. With -n it ends with 1 when it found something; without it, -e makes it end with 4
// when it repaired something, and 2 says that the log must be replayed first.
import {BITS, type Findings, type Reader, type Step, type ToolDriver, type Verdict} from './driver.ts';

const TALK = [
  /^(?:Phase \d|\s+- |No modify flag set|done$|Maximum metadata LSN|Format log to cycle|Cannot get host filesystem)/,
  /^(?:Repair may fail|the image and the host|ALERT: The filesystem has valuable|log which is being ignored|used$)/,
  /^(?:destroyed because|- reporting progress|Note - )/,
];

class XfsReader implements Reader {
  private reason: string | undefined;

  constructor(
    private readonly step: Step,
    private readonly findings: Findings,
  ) {}

  line(text: string): void {
    const line = text.trimEnd();
    if (line === '' || TALK.some((pattern) => pattern.test(line))) return;
    if (/^fatal error|^Sorry|^ERROR: The filesystem has valuable/.test(line)) this.reason ??= line;
    // The address is one of the program's memory.
    this.findings.problem(line.trim().replace(/^Metadata (corruption|CRC error) detected at \S+?, /, 'metadata $1: '));
  }

  end(exitCode: number): Verdict {
    if (exitCode === 0) return {bits: 0};
    if (this.step === 'check' && exitCode === 1) return {bits: BITS.left};
    if (exitCode === 4) return {bits: BITS.corrected};
    if (exitCode === 2) return {bits: BITS.left};
    return {bits: BITS.operational, ...(this.reason === undefined ? {} : {reason: this.reason})};
  }
}

export const xfs: ToolDriver = {
  tool: 'xfs_repair',
  title: 'xfs_repair',
  checkFirst: true,
  noSafe: true,
  replay: 'kernel',
  arguments(step, {native}) {
    // A file, read without threads ahead.
    return ['-f', '-P', step === 'check' ? '-n' : '-e', ...native, '/disk'];
  },
  read: (step, findings) => new XfsReader(step, findings),
};
