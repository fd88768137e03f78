// SPDX-License-Identifier: GPL-2.0-only
// F2FS: fsck.f2fs(8) of f2fs-tools, with the exit codes of fsck(8) since version 1.15; its findings are marked
// [ASSERT], and [Fail] in the table at its end.
import {BITS, type Findings, type Reader, type Step, type ToolDriver, type Verdict} from './driver.ts';

const FINDING = /^\s*\[ASSERT\] \(.*?\)\s+-->\s*(.*)$/;
const FAILED = /^\[FSCK\] (.*?)\s*\[Fail\](.*)$/;
const ERROR = /^\s*(?:\t?Error: |\[[A-Z_]*ERR\w*\] |Invalid |Can't )(.*)/;

// It goes on with the other copy, says nothing of this in its exit code, and writes neither.
const SUPERBLOCK = /^\s*(Can't find a valid F2FS superblock at 0x[0-9a-f]+)$/;

class F2fsReader implements Reader {
  private reason: string | undefined;
  private superblock: string | undefined;

  constructor(
    private readonly step: Step,
    private readonly findings: Findings,
  ) {}

  line(text: string): void {
    // Its questions end without a line.
    const line = text.replace(/^.*\[Y\/N\] /, '').trimEnd();
    const finding = FINDING.exec(line);
    const failed = FAILED.exec(line);
    if (finding) this.findings.problem(finding[1]!.trim().replace(/\s+/g, ' '));
    else if (failed) this.findings.problem(`${failed[1]!}${failed[2]!.trimEnd()}`);
    else if (ERROR.test(line)) this.reason = line.trim();
    this.superblock ??= SUPERBLOCK.exec(line)?.[1];
  }

  end(exitCode: number): Verdict {
    if (exitCode === 0 && this.superblock !== undefined) {
      this.findings.problem(this.superblock);
      return {bits: BITS.left};
    }
    if (exitCode === 0) return {bits: 0};
    if (this.step === 'check' && (exitCode & ~(BITS.corrected | BITS.left)) === 0) return {bits: BITS.left};
    if (exitCode === BITS.corrected || exitCode === BITS.left) return {bits: exitCode};
    return {bits: BITS.operational, ...(this.reason === undefined ? {} : {reason: this.reason})};
  }
}

export const f2fs: ToolDriver = {
  tool: 'fsck.f2fs',
  title: 'fsck.f2fs',
  checkFirst: true,
  asks: true,
  // Whether to write lost files into a directory of the host, which it does not see here.
  input: 'n\n',
  arguments(step, {native}) {
    const modes: Record<Step, string[]> = {check: ['--dry-run'], safe: ['-a'], all: ['-y'], ask: []};
    return [...modes[step], ...native, '/disk'];
  },
  read: (step, findings) => new F2fsReader(step, findings),
};
