// SPDX-License-Identifier: GPL-2.0-only
// btrfs: `btrfs check` of btrfs-progs, which ends with 0 or 1. All that it prints besides its plan and its statistics
// is about something wrong.
import {BITS, type Findings, plainVerdict, type Reader, type Step, type ToolDriver, type Verdict} from './driver.ts';

/** What btrfs check prints about a sound file system, and about its own doings. */
const TALK = [
  /^\[\d+\/\d+\] /,
  /^(?:Opening filesystem|Checking filesystem|UUID:|Starting repair|enabling repair mode|repair mode will force)/,
  /^(?:found \d+ bytes used|total (?:csum|tree|fs tree|extent tree) bytes|btree space waste|file data blocks)/,
  /^(?:cache and super generation|free space inode generation|No device size|Fixed 0 roots|there (?:is|are) no )/,
  /^(?:Clear(?:ed|ing)|Created new|Fixed|Repaired|Try(?:ing)? to|reset|Successfully|quota groups)/i,
  /^WARNING:.*(?:filesystem mounted|mount status)/,
  /^Unable to find block group for/,
];
const FATAL =
  /^ERROR: (cannot open|could ?n[o']t open|unable to|failed to open)|^(?:No valid Btrfs|Couldn't |Couldn’t )/;

class BtrfsReader implements Reader {
  private reason: string | undefined;
  private last = '';

  constructor(
    private readonly step: Step,
    private readonly findings: Findings,
  ) {}

  line(text: string): void {
    const line = text.trimEnd();
    // Details of the line above are indented.
    if (line === '' || /^\s/.test(line) || TALK.some((pattern) => pattern.test(line))) return;
    const said = line.replace(/^(?:ERROR|WARNING): /, '');
    if (FATAL.test(line)) this.reason = said;
    // The same block is read by more than one phase.
    if (said !== this.last) this.findings.problem(said);
    this.last = said;
  }

  end(exitCode: number): Verdict {
    const verdict = plainVerdict(this.step, exitCode);
    // After a repair with errors left it ends with 1, else with 0, whether or not there was something to do.
    if (this.step !== 'check' && exitCode !== 0) return {...verdict, bits: BITS.left};
    return this.reason === undefined ? verdict : {...verdict, reason: this.reason};
  }
}

export const btrfs: ToolDriver = {
  tool: 'btrfs',
  title: 'btrfs check',
  checkFirst: true,
  noSafe: true,
  replay: 'kernel',
  arguments(step, {native}) {
    // Without --force it looks for a mount, and counts ten seconds down before a repair.
    return ['check', step === 'check' ? '--readonly' : '--repair', '--force', ...native, '/disk'];
  },
  read: (step, findings) => new BtrfsReader(step, findings),
};
