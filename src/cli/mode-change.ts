// SPDX-License-Identifier: GPL-2.0-only
// Modes as chmod(1) takes them: "755", "u+x,g=rX", "a-w", "+t", "g=u". A file's mode and the change give the new one.

/** What one action such as "u+rX" does. */
interface Action {
  operator: string;
  /** Bits of those who are named; 0 for nobody, which means all but the umask. */
  who: number;
  /** Bits that are named. */
  bits: number;
  /** x where it is a directory or somebody has x. */
  x: boolean;
  /** The part of the file's own mode that is given to all. */
  copy: number;
  /** Set-ID bits that are not in here stay on directories. */
  mentioned: number;
}

export type ModeChange = Action[];

export const MODE_BITS = 0o7777;
const ALL_RWX = 0o777;
const SPECIAL = 0o7000;
const SET_ID = 0o6000;

const WHO: Record<string, number> = {u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777};
const COPY: Record<string, number> = {u: 0o700, g: 0o070, o: 0o007};
const BITS: Record<string, number> = {r: 0o444, w: 0o222, x: 0o111, s: SET_ID, t: 0o1000, X: 0};

const collect = (letters: string, table: Record<string, number>) =>
  [...letters].reduce((bits, letter) => bits | table[letter]!, 0);

/** "755", "=755", "00755". */
function octalAction(operator: string, digits: string): Action | undefined {
  const bits = Number.parseInt(digits, 8);
  if (bits > MODE_BITS) return undefined;
  const short = operator === '' && digits.length < 5;
  const mentioned = short ? (bits & SPECIAL) | ALL_RWX : MODE_BITS;
  return {operator: operator || '=', who: MODE_BITS, bits, x: false, copy: 0, mentioned};
}

/** "u+x", "g-w+s", "=r". */
function symbolicActions(clause: string): Action[] | undefined {
  const found = /^([ugoa]*)((?:[-+=](?:[ugo]|[rwxXst]*))+)$/.exec(clause);
  if (!found) return undefined;
  const who = collect(found[1]!, WHO);
  return found[2]!.match(/[-+=][a-zA-Z]*/g)!.map((action) => {
    const letters = action.slice(1);
    const copy = COPY[letters] ?? 0;
    const bits = copy ? 0 : collect(letters, BITS);
    // A copied part has no set-ID bits.
    const mentioned = (copy || bits) & (who || MODE_BITS);
    return {operator: action[0]!, who, bits, x: letters.includes('X'), copy, mentioned};
  });
}

/** Undefined when it is not a mode. */
export function parseModeChange(text: string): ModeChange | undefined {
  const octal = /^([-+=]?)([0-7]+)$/.exec(text);
  const clauses = octal ? [[octalAction(octal[1]!, octal[2]!)]] : text.split(',').map(symbolicActions);
  const actions = clauses.flat();
  return actions.includes(undefined) ? undefined : (actions as ModeChange);
}

/** r, w, x of one part, for all three. */
function spread(part: number): number {
  return [0o111, 0o222, 0o444].filter((bit) => part & bit).reduce((bits, bit) => bits | bit, 0);
}

/**
 * @param umask bits that are left alone where nobody is named
 * @returns the twelve permission bits after the change
 */
export function changedMode(before: number, change: ModeChange, directory: boolean, umask: number): number {
  let mode = before & MODE_BITS;
  for (const {operator, who, bits, x, copy, mentioned} of change) {
    const left = directory ? SET_ID & ~mentioned : 0;
    const someX = x && (directory || (mode & 0o111) !== 0);
    const wanted = bits | spread(mode & copy) | (someX ? 0o111 : 0);
    const value = wanted & (who || ~umask) & MODE_BITS & ~left;
    if (operator === '+') mode |= value;
    else if (operator === '-') mode &= ~value;
    else mode = (mode & ((who ? ~who : 0) | left)) | value;
  }
  return mode;
}

/** "0644" */
export function octalMode(mode: number): string {
  return (mode & MODE_BITS).toString(8).padStart(4, '0');
}
