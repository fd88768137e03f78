// SPDX-License-Identifier: GPL-2.0-only
// What a checker of one type of file system looks like to the rest: how it is called, and how its words and exit code
// are to be understood. The image is /disk to all of them.

/** What a run of the tool is for: 'check' writes nothing, 'safe' mends what loses nothing, 'all' everything. */
export type Step = 'check' | 'safe' | 'all' | 'ask';

/** Bits of fsck(8)'s exit code. */
export const BITS = {corrected: 1, left: 4, operational: 8, usage: 16, cancelled: 32} as const;

export interface CallOptions {
  /** A file system that says it is clean is checked all the same. */
  force: boolean;
  /** Progress is wanted. */
  progress: boolean;
  /** Further arguments in the tool's own spelling. */
  native: readonly string[];
}

/** What the tool says about itself while it runs. */
export interface ToolProgress {
  pass: number;
  /** Of `total`, in a unit that nobody needs to know. */
  done: number;
  total: number;
}

/** How full the file system is, where the tool says so. */
export interface Facts {
  files?: number;
  /** 0 to 100. */
  usedPercent?: number;
  /** It is marked as clean, and was believed. */
  marked?: true;
}

export interface Verdict {
  /** 0 clean, or bits of BITS. */
  bits: number;
  facts?: Facts;
  /** Why the tool could not do its work, in its words, when `bits` has `operational`. */
  reason?: string;
}

/** Takes the output of one run, line by line. */
export interface Reader {
  line(text: string, stream: 'stdout' | 'stderr'): void;
  end(exitCode: number): Verdict;
}

/** Where a reader tells what it finds. */
export interface Findings {
  /** Something is wrong; one sentence without a full stop. */
  problem(text: string): void;
  progress(state: ToolProgress): void;
}

interface Common {
  /** As its project calls it, for messages: "e2fsck", "btrfs check". */
  title: string;
  /** Why nothing can be repaired, and what to do instead. */
  readOnly?: string;
}

/** A type that is checked by the kernel's driver. */
export interface KernelDriver extends Common {
  tool: undefined;
}

/** A type that has a tool. */
export interface ToolDriver extends Common {
  /** Name of its program in tools/build, without ".wasm". */
  tool: string;
  /** Knows no repair that surely loses nothing: 'safe' only replays a journal, and reports. */
  noSafe?: true;
  /** What is to be known after a repair. */
  afterwards?: string;
  /** A repair of what is sound does not leave it alone: looked at before. */
  checkFirst?: true;
  /** It asks questions on a terminal. */
  asks?: true;
  /** Who replays a journal before a check: the tool by these arguments, or a mount by the kernel (before a repair too). */
  replay?: 'kernel' | readonly string[];
  /** What is typed ahead for a tool that asks even when it was told what to do. */
  input?: string;
  arguments(step: Step, options: CallOptions): string[];
  /** @param label of the file system */
  read(step: Step, findings: Findings, label?: string): Reader;
}

export type Driver = ToolDriver | KernelDriver;

/** What is still wrong after a check, of tools with the exit code 0 for "clean" and another for "damaged". */
export function plainVerdict(step: Step, exitCode: number): Verdict {
  if (exitCode === 0) return {bits: 0};
  return {bits: step === 'check' ? BITS.left : BITS.corrected};
}
