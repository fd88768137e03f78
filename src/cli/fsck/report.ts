// SPDX-License-Identifier: GPL-2.0-only
// What `fsck` says of a check: a line with the state, the kinds of problems, what was done and what can be done next.
import {printable} from '../../format/name.ts';
import {sentenceSize} from '../../format/size.ts';
import type {FsckProblem, FsckResult} from '../../fsck.ts';
import {isRepairable} from '../../tools/fsck/drivers.ts';

/** Kinds that are listed. */
const KINDS = 10;
/** Letters of each. */
const LENGTH = 120;

const cut = (text: string) => (text.length > LENGTH ? `${text.slice(0, LENGTH - 3)}...` : text);

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

function facts({files, usedPercent}: FsckResult): string {
  const parts = [
    ...(files === undefined ? [] : [plural(files, 'file')]),
    ...(usedPercent === undefined ? [] : [`${Math.round(usedPercent)} % used`]),
  ];
  return parts.length > 0 ? `: ${parts.join(', ')}` : '';
}

function kinds(problems: FsckProblem[]): string[] {
  const width = String(Math.max(...problems.slice(0, KINDS).map(({count}) => count))).length;
  const lines = problems
    .slice(0, KINDS)
    .map(({text, count}) => `  ${String(count).padStart(width)} x ${cut(printable(text))}`);
  const more = problems.length - KINDS;
  return more > 0 ? [...lines, `  and ${plural(more, 'more kind')}; --verbose shows all`] : lines;
}

/** A command that could be typed next. */
const command = (words: string) => `"kdisk fsck ${words}"`;

function written(result: FsckResult): string {
  if (!result.written) return '';
  const size = result.changedBytes > 0n ? `, ${sentenceSize(result.changedBytes)} of the image changed` : '';
  return `; checked again and clean${size}`;
}

/**
 * @param word the image or partition, as an address
 * @param repair as of FsckOptions
 * @param preview nothing was to be written
 */
export function headline(result: FsckResult, word: string, repair: string, preview: boolean): string {
  const {type, state, problemCount, remainingCount, tool, reason} = result;
  const start = `${printable(word)}: ${type}, `;
  const found = plural(problemCount, 'problem');
  const left = plural(remainingCount, 'problem');
  const untouched = 'the image is as it was';
  const may = result.written ? 'the image may have changed' : untouched;
  switch (state) {
    case 'clean':
      return result.checked
        ? `${start}clean${facts(result)}${problemCount > 0 ? `; ${tool} remarks:` : ''}`
        : `${start}marked as clean${facts(result)} (-f checks all of it)`;
    case 'repaired':
      return `${start}repaired: ${problemCount > 0 ? found : 'what was not counted'}${written(result)}`;
    case 'repairable':
      return `${start}damaged: ${found}; all of it ${preview ? 'would' : 'can'} be repaired; ${untouched}`;
    case 'failed':
      return `${start}not checked (${tool}: ${printable(reason ?? '')}); ${may}`;
    case 'damaged':
      if (repair === 'safe' && remainingCount > 0)
        return `${start}damaged: ${left}, not all of which can be repaired without a decision; ${untouched}`;
      if (result.passes.some(({step}) => step === 'recheck')) {
        const image = result.written ? 'all that was done is in the image' : untouched;
        return `${start}damaged: ${found}, and after a repair ${remainingCount || 'some'} are left; ${image}`;
      }
      return `${start}damaged: ${problemCount > 0 ? found : `${tool} found something wrong`}`;
  }
}

/** What to do about it; undefined when there is nothing to be done. */
export function nextStep(result: FsckResult, word: string, repair: string): string | undefined {
  const {state, type, problemCount} = result;
  if (state === 'repairable') return `to repair it: ${command(`-y ${word}`)}`;
  if (state !== 'damaged') return undefined;
  if (!isRepairable(type)) return undefined;
  const tried = result.passes.some(({step}) => step === 'recheck');
  if (repair === 'none')
    return `to repair it: ${command(`-y ${word}`)}; what that changes: ${command(`--preview ${word}`)}`;
  if (repair === 'safe') return `to repair it: ${command(`-y ${word}`)}, or ${command(`--ask ${word}`)}`;
  if (tried && problemCount > 0)
    return `copy what can be read (kdisk cp -r); on a copy of the image, ${command(`--in-place -y ${word}`)} does what it can`;
  return undefined;
}

/** @param files lines of a preview */
export function reportLines(
  result: FsckResult,
  word: string,
  repair: string,
  preview: boolean,
  files: string[],
): string[] {
  const {problems, remaining, notes, replayed, state} = result;
  const lines = [headline(result, word, repair, preview)];
  const undecided = repair === 'safe' && state === 'damaged' && remaining.length > 0;
  if (problems.length > 0 && !undecided && state !== 'failed') lines.push(...kinds(problems));
  if (remaining.length > 0) lines.push(...(undecided ? [] : ['left after the repair:']), ...kinds(remaining));
  if (replayed)
    lines.push(
      result.written
        ? 'its journal was replayed'
        : 'its journal was not replayed yet, and this is what it will be then; the next mount for writing, or -p, does that',
    );
  lines.push(...notes.map(printable), ...files);
  const next = nextStep(result, word, repair);
  return next === undefined ? lines : [...lines, next];
}
