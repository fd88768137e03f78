// SPDX-License-Identifier: GPL-2.0-only
// What is said of a tool that broke off: where in its code, and after which words of its own.
import {sentenceSize} from '../format/size.ts';
import type {Trap} from './instance.ts';

const TAIL_BYTES = 1024;
const LONGEST_STEP = 120;

/** Names that tell nothing about the step. */
const MACHINERY = /^(_start|__main_void|__original_main|unknown|abort|__assert_fail|__wasi_.*)$/;

/** The end of a tool's output. */
export class Tail {
  #bytes = Buffer.alloc(0);

  add(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
  }

  /** Its last line that is not empty, without control characters (progress bars are drawn with them). */
  lastLine(): string {
    const lines = this.#bytes.toString().split(/[\r\n\b]+/);
    const words = lines.map((line) => line.replace(/[\x00-\x1f\x7f]+/g, ' ').trim()).filter(Boolean);
    return words.at(-1)?.slice(0, LONGEST_STEP) ?? '';
  }
}

/** @param refused the bound of its memory, when it ran into that */
export function trapMessage(tool: string, trap: Trap | undefined, lastLine: string, refused?: number): string {
  const functions = trap?.where.filter((name) => !MACHINERY.test(name)) ?? [];
  const aborted = trap?.where.some((name) => name === 'abort' || name === '__assert_fail');
  const reason = refused
    ? `it needs more than ${sentenceSize(BigInt(refused))} of memory`
    : aborted
      ? 'it gave up (abort)'
      : (trap?.reason ?? 'no result');
  const place = functions[0] ? ` in ${functions[0]}()` : '';
  const step = lastLine ? `, after "${lastLine}"` : '';
  return `${tool} stopped${place}: ${reason}${step}`;
}
