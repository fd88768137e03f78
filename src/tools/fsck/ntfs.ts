// SPDX-License-Identifier: GPL-2.0-only
// NTFS: ntfsfix(8) of ntfs-3g, which knows the master file table, its mirror, the boot sectors and the log, and leaves
// the rest to chkdsk of Windows. It ends with 0 or 1.
import {type Findings, plainVerdict, type Reader, type Step, type ToolDriver, type Verdict} from './driver.ts';

const FINDING =
  /FAILED$|^(?:Error|ERROR|Failed|Corrupt|\S*(?:differ|mismatch|corrupt|invalid))|is corrupt|mismatch|does not match/i;

class NtfsReader implements Reader {
  private reason: string | undefined;

  constructor(
    private readonly step: Step,
    private readonly findings: Findings,
  ) {}

  line(text: string): void {
    const line = text.trim();
    // That it must not write during a check is no finding.
    if (!FINDING.test(line) || /^Error opening '\/disk' read-write/.test(line)) return;
    this.reason ??= line;
    this.findings.problem(line.replace(/[.\s]*(?:\.\.\.\s*)?FAILED$/, ' failed').replace(/[.:\s]+$/, ''));
  }

  end(exitCode: number): Verdict {
    return {...plainVerdict(this.step, exitCode), ...(this.reason === undefined ? {} : {reason: this.reason})};
  }
}

export const ntfs: ToolDriver = {
  tool: 'ntfsfix',
  title: 'ntfsfix',
  checkFirst: true,
  afterwards: 'the volume is marked for a check by chkdsk of Windows; "-- -d" with the repair leaves that out',
  noSafe: true,
  arguments: (step, {native}) => [...(step === 'check' ? ['-n'] : []), ...native, '/disk'],
  read: (step, findings) => new NtfsReader(step, findings),
};
