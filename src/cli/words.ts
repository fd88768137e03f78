// SPDX-License-Identifier: GPL-2.0-only
// Splits a line into words by the rules of quoting of the POSIX shell, and nothing else of it: what a shell would run,
// expand or redirect is refused, because it would not be done here.
import {usageFailure} from './failure.ts';

const REFUSED: Record<string, string> = {
  '|': 'pipes',
  '&': 'work in the background',
  ';': 'several commands in one line',
  '<': 'redirections',
  '>': 'redirections',
  '(': 'subshells',
  ')': 'subshells',
  $: 'variables',
  '`': 'commands in commands',
};

function refuse(character: string): never {
  throw usageFailure(
    `there are no ${REFUSED[character]} here; quote or escape "${character}" where it is part of a name`,
  );
}

/** Up to the quote that ends it. */
function doubleQuoted(line: string, start: number): {text: string; end: number} {
  let text = '';
  for (let at = start; at < line.length; at++) {
    const character = line[at]!;
    if (character === '"') return {text, end: at};
    if (character === '$' || character === '`') refuse(character);
    if (character === '\\' && '$`"\\'.includes(line[at + 1] ?? ' ')) text += line[++at];
    else text += character;
  }
  throw usageFailure('a quote " is not closed');
}

/** Words of one line; empty for a comment or a blank line. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  /** Undefined between words. */
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (character === ' ' || character === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === '#' && word === undefined) return words;
    else if (character === "'") {
      const end = line.indexOf("'", at + 1);
      if (end < 0) throw usageFailure("a quote ' is not closed");
      word = (word ?? '') + line.slice(at + 1, end);
      at = end;
    } else if (character === '"') {
      const {text, end} = doubleQuoted(line, at + 1);
      word = (word ?? '') + text;
      at = end;
    } else if (character === '\\') {
      if (at + 1 === line.length)
        throw usageFailure('a command ends where its line ends; this one ends with a backslash');
      word = (word ?? '') + line[++at];
    } else if (Object.hasOwn(REFUSED, character)) refuse(character);
    else word = (word ?? '') + character;
  }
  if (word !== undefined) words.push(word);
  return words;
}
