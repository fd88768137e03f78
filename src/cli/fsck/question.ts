// SPDX-License-Identifier: GPL-2.0-only
// A question with yes or no, on the terminal.
import {createInterface} from 'node:readline';

/** True for "y" or "yes"; an end of the input is a no. */
export function askYesNo(question: string): Promise<boolean> {
  const lines = createInterface({input: process.stdin, output: process.stderr});
  return new Promise((resolve) => {
    let answer = false;
    lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    lines.once('close', () => resolve(answer));
    lines.question(`${question} (y/N) `, (text) => {
      answer = /^y(?:es)?$/i.test(text.trim());
      lines.close();
    });
  });
}
