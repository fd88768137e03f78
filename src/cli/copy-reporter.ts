// SPDX-License-Identifier: GPL-2.0-only
// Problems and losses of a copy on their way to the user: the first ones as lines, all of them in the result.
import type {JsonProblem} from '../base-command.ts';
import type {CopyLoss} from '../copy.ts';
import {isFatal, jsonLoss, jsonProblem, type JsonCopyLoss, type JsonCopyProblem} from './copy-report.ts';
import {EXIT, type Failure} from './failure.ts';
import type {Progress} from './progress.ts';

/** A tree of broken files must not bury the summary. */
const MOST_SHOWN = 20;

export interface Reporting {
  /** A line, and counted for the exit code. */
  show: (found: Failure) => void;
  /** Counted only. */
  note: (found: Failure) => void;
  /** A line that counts for nothing. */
  tell: (message: string) => void;
}

export class Reporter {
  readonly problems: (JsonProblem | JsonCopyProblem)[] = [];
  readonly lost: JsonCopyLoss[] = [];
  /** Nothing more could be written: that is the news, whatever was written before. */
  full = false;
  private shown = 0;

  constructor(private readonly reporting: Reporting) {}

  problem(found: Failure, path?: Buffer): void {
    if (this.shown < MOST_SHOWN) this.reporting.show(found);
    else this.reporting.note(found);
    this.shown++;
    if (found.exitCode === EXIT.host && isFatal(found)) this.full = true;
    this.problems.push(path ? jsonProblem(found, path) : {code: found.code, message: found.message});
  }

  loss(found: Failure, loss: CopyLoss): void {
    this.reporting.show(found);
    this.lost.push(jsonLoss(loss, found));
  }

  note(message: string): void {
    this.reporting.tell(message);
  }

  finish(): void {
    const hidden = this.shown - MOST_SHOWN;
    if (hidden > 0) this.reporting.tell(`and ${hidden} more problems; --json lists them all`);
  }
}

/** What work on many files reports to. */
export interface Work {
  reporter: Reporter;
  progress: Progress;
  signal: AbortSignal;
}
