// SPDX-License-Identifier: GPL-2.0-only
// What all commands share: flags, the way from an error to a line and an exit code, --json, --verbose.
import {Command} from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import {DEFAULT_MEMORY, kernelLog} from './binding.ts';
import {combinedExit, EXIT, failure, Failure, usageFailure} from './cli/failure.ts';
import {formatJson} from './cli/json.ts';
import {say, writeOut} from './cli/output.ts';
import {Session} from './cli/session.ts';
import {parseSize} from './format/size.ts';

const MIB = 1024 * 1024;
/** With less the kernel does not come up, or has nothing left for a large file system. */
const LEAST_MEMORY = 32 * MIB;

/** What the commands need to know of the shared flags. */
interface SharedFlags {
  image?: string | undefined;
  'as-is'?: boolean;
  memory?: string | undefined;
  verbose?: boolean;
}

/** As it stands in the output of --json. */
export interface JsonProblem {
  code: string;
  message: string;
}

/** Of --memory. Not done by oclif, which would put the error into a frame of three lines. */
function memorySize(text: string | undefined): number {
  if (text === undefined) return DEFAULT_MEMORY;
  const bytes = parseSize(text);
  if (bytes === undefined || bytes < LEAST_MEMORY)
    throw usageFailure(`--memory wants a size of 32M or more, such as 256M, not "${text}"`);
  return bytes;
}

export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;

  static override baseFlags = {
    image: Flags.string({
      char: 'i',
      helpValue: 'IMAGE',
      helpGroup: 'GLOBAL',
      summary: 'Image that addresses without one (":/path") are in.',
    }),
    'as-is': Flags.boolean({
      helpGroup: 'GLOBAL',
      summary: 'Show the disk as it is, without replaying a journal in memory.',
    }),
    memory: Flags.string({
      helpGroup: 'GLOBAL',
      helpValue: 'SIZE',
      summary: 'Memory for the kernel, such as 256M (default 64M).',
    }),
    verbose: Flags.boolean({char: 'v', helpGroup: 'GLOBAL', summary: 'Print the log of the kernel on stderr.'}),
  };

  private readonly failures: Failure[] = [];
  private verbose = false;

  /** Runs with a configuration that is already there; what execute() of oclif does, without its search for plugins. */
  static async runWith(
    this: new (argv: string[], config: never) => BaseCommand,
    argv: string[],
    config: unknown,
  ): Promise<void> {
    await new this(argv, config as never)._run();
  }

  /** oclif's own prepares debug output and warnings of deprecation, which we do not have. */
  override async init(): Promise<void> {}

  /** The images that the shared flags are about; also takes note of --verbose. */
  protected session(flags: SharedFlags): Session {
    this.verbose = Boolean(flags.verbose);
    return new Session({image: flags.image, asIs: Boolean(flags['as-is']), memory: memorySize(flags.memory)});
  }

  /** Reports what went wrong with one target; the command goes on. */
  protected problem(error: unknown, subject?: string): JsonProblem {
    const found = this.note(failure(error, subject));
    this.tell(found.message);
    return {code: found.code, message: found.message};
  }

  /** Counts for the exit code, without a line. */
  protected note(found: Failure): Failure {
    this.failures.push(found);
    return found;
  }

  /** A line on stderr, in the name of the program. */
  protected tell(message: string): void {
    if (!this.jsonEnabled()) say(`kdisk: ${message}`);
  }

  /** Sets the exit code after a run in which parts may have failed. */
  protected finish(succeeded: number): void {
    process.exitCode = combinedExit(this.failures, succeeded);
  }

  override async catch(error: unknown): Promise<void> {
    const found = isParseError(error) ? parseFailure(error, this.id ?? '') : failure(error);
    process.exitCode = found.exitCode;
    if (this.jsonEnabled())
      await writeOut(formatJson({error: {code: found.code, message: found.message, exitCode: found.exitCode}}));
    else say(`kdisk: ${found.message}`);
    if (found.code === 'ERR_INTERNAL' && process.env.KDISK_DEBUG) say(String((error as Error).stack));
  }

  override async finally(): Promise<void> {
    const log = this.verbose ? kernelLog().trimEnd() : '';
    if (log) say(log);
  }

  override async _run<T>(): Promise<T> {
    // oclif prints results through its own theme; ours goes out here, so the inherited printing is switched off.
    const result = await super._run<T>();
    if (result !== undefined && this.jsonEnabled()) await writeOut(formatJson(result));
    return result;
  }

  override logJson(): void {}
}

interface ParseError extends Error {
  oclif?: {exit?: number};
  parse?: unknown;
  args?: {name: string}[];
}

/** Errors of oclif's parser. */
function isParseError(error: unknown): error is ParseError {
  return error instanceof Error && !(error instanceof Failure) && 'oclif' in error;
}

function parseFailure(error: ParseError, command: string): Failure {
  const lines = error.message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('See more help') && !line.startsWith('USAGE'));
  const missing = /^Missing \d+ required arg/.test(lines[0] ?? '') && error.args;
  const what = missing
    ? `${missing.map(({name}) => name.toUpperCase()).join(' and ')} is missing`
    : lines.join(' ').replace(/:$/, '');
  return new Failure(`${what}; see "kdisk ${command} --help"`, EXIT.usage, 'ERR_USAGE', {cause: error});
}
