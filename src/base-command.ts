// SPDX-License-Identifier: GPL-2.0-only
// What all commands share: flags, the way from an error to a line and an exit code, --json, --verbose.
import {Command} from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import {DEFAULT_MEMORY, kernelLog} from './binding.ts';
import {combinedExit, EXIT, failure, Failure, usageFailure} from './cli/failure.ts';
import {endIfInterrupted, isInterrupted} from './cli/interruption.ts';
import {formatJson} from './cli/json.ts';
import {onExit, say, writeOut} from './cli/output.ts';
import {Session} from './cli/session.ts';
import {stopSignal} from './cli/writing.ts';
import {parseSize} from './format/size.ts';

const MIB = 1024 * 1024;
/** With less the kernel does not come up, or has nothing left for a large file system. */
const LEAST_MEMORY = 32 * MIB;

/** What the commands need to know of the shared flags. */
export interface SharedFlags {
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

/** What a command that runs others gives to them. */
export interface Host {
  session(flags: SharedFlags): Session;
  /** In front of each message, "line 3: ". */
  where: string;
}

export interface Outcome {
  exitCode: number;
  /** What --json would have printed. */
  result: unknown;
}

type CommandClass = new (argv: string[], config: never) => BaseCommand;

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

  /** It needs the kernel whatever its command line says, which is not yet known to be right. */
  static bootsEarly = true;

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
  private opened: Session | undefined;
  /** As a whole, not only with some targets. */
  private refused = false;
  /** Set by `kdisk run`, which keeps the images open from line to line and does the printing. */
  private host: Host | undefined;

  /** Runs with a configuration that is already there; what execute() of oclif does, without its search for plugins. */
  static async runWith(this: CommandClass, argv: string[], config: unknown): Promise<void> {
    await new this(argv, config as never)._run();
  }

  /** Runs as part of another command, with its images. */
  static async runInside(this: CommandClass, argv: string[], config: unknown, host: Host): Promise<Outcome> {
    const command = new this(argv, config as never);
    command.host = host;
    await command._run();
    return command.outcome;
  }

  /** Of --json; 0 for commands that print several values, a line each. */
  protected readonly indent: number = 2;
  private readonly outcome: Outcome = {exitCode: EXIT.ok, result: undefined};

  /** oclif's own prepares debug output and warnings of deprecation, which we do not have. */
  override async init(): Promise<void> {
    // The parser would take a missing word from standard input.
    for (const arg of Object.values(this.ctor.args)) arg.ignoreStdin = true;
  }

  /** The images that the shared flags are about; also takes note of --verbose. */
  protected session(flags: SharedFlags): Session {
    this.verbose = Boolean(flags.verbose);
    if (this.host) return this.host.session(flags);
    const {image, memory} = flags;
    this.opened = new Session({image, asIs: Boolean(flags['as-is']), memory: memorySize(memory)});
    onExit(async () => (await this.close()).at(0)?.exitCode ?? EXIT.ok);
    return this.opened;
  }

  /** Aborted when the user wants the command to stop; only commands that change images need to look at it. */
  protected get signal(): AbortSignal {
    return stopSignal();
  }

  /** Once, however the command ended: writable images are closed, and failures of that are reported as its own. */
  private async close(): Promise<Failure[]> {
    const session = this.opened;
    this.opened = undefined;
    const failures = (await session?.close()) ?? [];
    for (const found of failures) {
      this.note(found);
      // Whoever is stopped gets no JSON that could hold it.
      if (isInterrupted()) say(`kdisk: ${found.message}`);
      else this.tell(found.message);
      this.exitWith(found.exitCode);
    }
    return failures;
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

  /** In front of messages; empty unless it is one of many commands. */
  protected get where(): string {
    return this.host?.where ?? '';
  }

  /** A line on stderr, in the name of the program. */
  protected tell(message: string): void {
    if (!this.jsonEnabled()) say(`kdisk: ${this.where}${message}`);
  }

  /** Sets the exit code after a run in which parts may have failed. */
  protected finish(succeeded: number): void {
    this.exitWith(combinedExit(this.failures, succeeded));
  }

  /** For commands whose exit codes are those of another program. */
  protected exitCodeOf(found: Failure): number {
    return found.exitCode;
  }

  protected exitWith(code: number): void {
    this.outcome.exitCode = code;
    if (!this.host) process.exitCode = code;
  }

  private async emit(value: unknown): Promise<void> {
    // Half of a result is none.
    if (isInterrupted()) return;
    if (this.host) this.outcome.result = value;
    else await writeOut(formatJson(value, this.indent));
  }

  private async emitError(failures: Failure[]): Promise<void> {
    const message = failures.map((each) => each.message).join('; ');
    await this.emit({error: {code: failures[0]!.code, message, exitCode: this.outcome.exitCode}});
  }

  override async catch(error: unknown): Promise<void> {
    const found = isParseError(error) ? parseFailure(error, this.id ?? '') : failure(error);
    this.refused = true;
    this.exitWith(this.exitCodeOf(found));
    // A stopped command has nothing to add to "interrupted".
    if (!isInterrupted() || (error as Error).name !== 'AbortError') this.tell(found.message);
    const also = await this.close();
    if (this.jsonEnabled()) await this.emitError([found, ...also]);
    if (found.code === 'ERR_INTERNAL' && process.env.KDISK_DEBUG) say(String((error as Error).stack));
  }

  override async finally(): Promise<void> {
    const log = this.verbose ? kernelLog().trimEnd() : '';
    if (log) say(log);
  }

  override async _run<T>(): Promise<T> {
    // oclif prints results through its own theme; ours goes out here, so the inherited printing is switched off.
    const result = await super._run<T>();
    const failures = await this.close();
    if (result !== undefined && this.jsonEnabled()) {
      const problems = (result as {problems?: JsonProblem[]}).problems;
      problems?.push(...failures.map(({code, message}) => ({code, message})));
      await this.emit(result);
    }
    if (result === undefined && failures.length > 0 && this.jsonEnabled() && !this.refused)
      await this.emitError(failures);
    if (!this.host) await endIfInterrupted(!this.refused);
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
