// SPDX-License-Identifier: GPL-2.0-only
// Lines of a file of commands, or of standard input as they come.
import {isUtf8} from 'node:buffer';
import {createReadStream} from 'node:fs';
import {addAbortSignal, type Readable} from 'node:stream';
import {AbortError} from '../errors.ts';
import {failure, usageFailure} from './failure.ts';

export interface ScriptLine {
  /** From 1. */
  number: number;
  text: string;
}

const NEWLINE = 0x0a;

/** @param file undefined for standard input */
export async function* scriptLines(file: string | undefined, signal: AbortSignal): AsyncGenerator<ScriptLine> {
  const stream: Readable = file === undefined ? process.stdin : createReadStream(file);
  addAbortSignal(signal, stream);
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  const line = (bytes: Buffer): ScriptLine => {
    number++;
    // A name could not be told from another.
    if (!isUtf8(bytes)) throw usageFailure(`line ${number} of the commands is not UTF-8`);
    return {number, text: bytes.toString().replace(/\r$/, '')};
  };
  try {
    for await (const chunk of stream) {
      rest = Buffer.concat([rest, chunk as Buffer]);
      let start = 0;
      for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE, start)) {
        yield line(rest.subarray(start, end));
        start = end + 1;
      }
      rest = rest.subarray(start);
    }
  } catch (error) {
    if (signal.aborted) throw new AbortError(signal);
    throw failure(error, file ?? 'standard input');
  }
  if (rest.length > 0) yield line(rest);
}
