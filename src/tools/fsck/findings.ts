// SPDX-License-Identifier: GPL-2.0-only
// Problems as they are told in the end: those that differ in nothing but numbers and names are of one kind, so that a
// million of them is a line.
import type {Findings, ToolProgress} from './driver.ts';

/** Problems of one kind. */
export interface FsckProblem {
  /** The first of them, in the tool's words. */
  text: string;
  count: number;
}

/** Of more kinds than these only the number is kept. */
const KINDS = 200;
const LENGTH = 500;

/** What is the same in all of a kind. */
function kindOf(text: string): string {
  return text
    .replace(/'[^']*'|"[^"]*"/g, "''")
    .replace(/(^|[\s(])\/\S*/g, '$1/')
    .replace(/0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}/gi, '#')
    .replace(/\d+/g, '#')
    .replace(/(?:\s*[-+]?\(?#(?:--?#)?\)?,?)+/g, ' #')
    .slice(0, LENGTH);
}

export class Collected implements Findings {
  private readonly kinds = new Map<string, FsckProblem>();
  /** All of them. */
  count = 0;

  constructor(private readonly onProgress: (state: ToolProgress) => void = () => {}) {}

  problem(text: string): void {
    this.count++;
    const kind = kindOf(text);
    const known = this.kinds.get(kind);
    if (known) known.count++;
    else if (this.kinds.size < KINDS) this.kinds.set(kind, {text: text.slice(0, LENGTH), count: 1});
  }

  progress(state: ToolProgress): void {
    this.onProgress(state);
  }

  get problems(): FsckProblem[] {
    return [...this.kinds.values()];
  }
}

/** Cuts what arrives in pieces into lines; a carriage return or backspace ends one too, as a terminal would show it. */
export class Lines {
  private rest = '';

  constructor(private readonly take: (line: string) => void) {}

  add(chunk: Uint8Array): void {
    const parts = (this.rest + Buffer.from(chunk).toString('latin1')).split(/[\n\r]|\x08+/);
    this.rest = parts.pop()!.slice(0, 64 * 1024);
    for (const line of parts) this.take(Buffer.from(line, 'latin1').toString());
  }

  end(): void {
    if (this.rest !== '') this.take(Buffer.from(this.rest, 'latin1').toString());
    this.rest = '';
  }
}
