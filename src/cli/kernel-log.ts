// SPDX-License-Identifier: GPL-2.0-only
// The kernel's log, for --verbose, and the one line of it that explains a failure.

/** "<3>[    0.123456] text" without level and time, and without what differs from run to run or says nothing here. */
function bare(line: string): string {
  return line
    .replace(/^<\d+>/, '')
    .replace(/^\[[^\]]*\]\s*/, '')
    .replace(/ at 0x[0-9a-f]{12,}\b/, '')
    .replace(/ comm \S+:/, '')
    .replace(/\.$/, '')
    .trim();
}

const TELLING =
  /error|bad|fail|unsupported|unknown|incompat|corrupt|invalid|can't|cannot|couldn't|could not|not supported|no valid|unable|missing|mismatch|wrong|superblock|should be|must be/i;
/** Said before or after the reason, of every failure. */
const EMPTY = /open_ctree failed|SB validate failed|mount failed$|log mount failed|log mount\/recovery failed/i;

/** Undefined when nothing was logged. */
export function tellingLine(log: string | undefined): string | undefined {
  const lines = (log ?? '').split('\n').map(bare).filter(Boolean);
  const telling = lines.filter((line) => TELLING.test(line));
  return telling.find((line) => !EMPTY.test(line)) ?? telling[0] ?? lines.at(-1);
}
