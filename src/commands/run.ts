// SPDX-License-Identifier: GPL-2.0-only
// kdisk run: many commands for one image, which is opened once.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import {BaseCommand, type Outcome, type SharedFlags} from '../base-command.ts';
import {EXIT, Failure, failure, usageFailure} from '../cli/failure.ts';
import {unknownCommand} from '../cli/habits.ts';
import {interruptible} from '../cli/interruption.ts';
import {formatJson} from '../cli/json.ts';
import {writeOut} from '../cli/output.ts';
import {scriptLines, type ScriptLine} from '../cli/script.ts';
import type {Session} from '../cli/session.ts';
import {splitWords} from '../cli/words.ts';
import {throwIfAborted} from '../errors.ts';
import {printable} from '../format/name.ts';

/** What --json prints for each command, in a line. */
export interface RunLine {
  /** Number of the line, from 1. */
  line: number;
  /** The line itself. */
  command: string;
  exitCode: number;
  /** What the command prints with --json. */
  result: unknown;
}

type Commands = Record<string, typeof BaseCommand & (new (argv: string[], config: never) => BaseCommand)>;

/** There is one kernel, and one way in which the image is open. */
const OUTER = ['memory', 'as-is'] as const;

export default class Run extends BaseCommand {
  static override summary = 'Run many commands on an image, one after the other.';
  static override description =
    'Each line is a command as it would follow "kdisk", and ":/path" is a path in IMAGE. Quotes, backslashes and # ' +
    'comments are as in a shell; variables and pipes are not there. The first failure ends it. The image is opened ' +
    'once, and closed at the end.';
  static override usage = 'run IMAGE [FILE]';
  static override args = {
    image: Args.string({required: true, description: 'The image, IMAGE[@pN].'}),
    file: Args.string({description: 'The commands; "-" and nothing are standard input.'}),
  };
  static override flags = {
    'keep-going': Flags.boolean({char: 'k', summary: 'Go on after a command that failed.'}),
    write: Flags.boolean({summary: 'Open the image for writing at once, not when the first change comes.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> run disk.img commands.txt', description: 'What a file says, such as: mkdir :/srv/new'},
    {command: '<%= config.bin %> run --keep-going disk.img@p2 commands.txt', description: 'All of it, whatever fails'},
  ];

  protected override readonly indent = 0;

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Run);
    if (this.where !== '') throw usageFailure('"run" cannot be a line of the commands that it runs');
    if (flags.image !== undefined) throw usageFailure('the image is the first word: kdisk run IMAGE [FILE]');
    const session = this.session({...flags, image: args.image});
    // A wrong image is told before anything is read.
    await session.open(session.image(undefined), {write: Boolean(flags.write)});
    const file = args.file === '-' ? undefined : args.file;
    let succeeded = 0;
    await interruptible(
      () => 'the commands are not complete',
      async () => {
        for await (const line of scriptLines(file, this.signal)) {
          const outcome = await this.execute(session, line, file);
          // Nothing follows a command that was stopped.
          throwIfAborted(this.signal);
          if (!outcome) continue;
          const {exitCode, result} = outcome;
          const json: RunLine = {line: line.number, command: line.text, exitCode, result};
          if (this.jsonEnabled()) await writeOut(formatJson(json, 0));
          if (exitCode === EXIT.ok) {
            succeeded++;
            continue;
          }
          this.note(new Failure('', exitCode, 'ERR_LINE'));
          if (flags['keep-going']) continue;
          this.tell(`stopped at line ${line.number}; what follows was not begun (--keep-going goes on)`);
          break;
        }
      },
    );
    this.finish(succeeded);
  }

  /** @returns undefined for a line without a command */
  private async execute(session: Session, {number, text}: ScriptLine, file?: string): Promise<Outcome | undefined> {
    const where = file === undefined ? `line ${number}: ` : `${printable(file)}:${number}: `;
    try {
      const words = splitWords(text);
      if (words[0] === 'kdisk') words.shift();
      const [name, ...rest] = words;
      if (name === undefined) return undefined;
      const {commands} = this.config as unknown as {commands: Commands};
      const command = Object.hasOwn(commands, name) ? commands[name]! : undefined;
      if (!command) throw usageFailure(unknownCommand(name, commands));
      command.id = name;
      const argv = this.jsonEnabled() ? ['--json', ...rest] : rest;
      return await command.runInside(argv, this.config, {where, session: (flags) => shared(session, flags)});
    } catch (error) {
      const {message, code, exitCode} = failure(error);
      this.tell(where + message);
      return {exitCode, result: {error: {code, message, exitCode}}};
    }
  }
}

function shared(session: Session, flags: SharedFlags): Session {
  const flag = OUTER.find((name) => flags[name]);
  if (flag) throw usageFailure(`--${flag} is for all commands: kdisk run --${flag} ...`);
  return session.with(flags.image);
}
