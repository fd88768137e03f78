// SPDX-License-Identifier: GPL-2.0-only
// EROFS: fsck.erofs(1) of erofs-utils reads everything; nothing is ever written to such a file system, and so it can't
// be repaired either.
import {BITS, type Findings, type Reader, type ToolDriver, type Verdict} from './driver.ts';

class ErofsReader implements Reader {
  private reason: string | undefined;

  constructor(private readonly findings: Findings) {}

  line(text: string): void {
    const error = /^<E> erofs:? ?(.*)$/.exec(text.trimEnd());
    if (!error) return;
    const said = error[1]!.replace(/^\S+\(\) Line\[\d+\] /, '').replace(/[.:\s]+$/, '');
    this.reason ??= said;
    this.findings.problem(said);
  }

  end(exitCode: number): Verdict {
    if (exitCode === 0) return {bits: 0};
    return {bits: BITS.left, ...(this.reason === undefined ? {} : {reason: this.reason})};
  }
}

export const erofs: ToolDriver = {
  tool: 'fsck.erofs',
  title: 'fsck.erofs',
  readOnly:
    'an erofs is never changed after it was made: make it again from its source, or copy what can be read (kdisk cp -r)',
  // --extract without a place decompresses everything and keeps nothing.
  arguments: (_, {native}) => ['--extract', ...native, '/disk'],
  read: (_, findings) => new ErofsReader(findings),
};
