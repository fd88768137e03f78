// SPDX-License-Identifier: GPL-2.0-only
// kdisk du: what files and directories of an image occupy.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import {BaseCommand, type JsonProblem} from '../base-command.ts';
import {addressOf, naming, shown} from '../cli/address.ts';
import {diskUsage, type Counted, type DiskUsage} from '../cli/disk-usage.ts';
import {targetFailure, usageFailure} from '../cli/failure.ts';
import {expandTargets} from '../cli/glob.ts';
import {Page, stdoutIsTerminal} from '../cli/output.ts';
import {jsonName} from '../format/name.ts';
import {humanSize} from '../format/size.ts';
import type {Volume} from '../volume.ts';

export interface DuEntry {
  /** The word of the command line that led here. */
  target: string;
  /** Inside the image. */
  path: string;
  pathBase64?: string;
  /** Bytes that it occupies with all below it; with --apparent-size, that it holds. */
  bytes: bigint;
  directory: boolean;
}

export interface DuResult {
  entries: DuEntry[];
  problems: JsonProblem[];
}

export default class Du extends BaseCommand {
  static override summary = 'Show how much files and directories of an image occupy.';
  static override description =
    'As du(1): each directory after all that is in it, in KiB unless -h is given; a file with several names counts once. ' +
    'Paths are those inside the image.';
  static override args = {
    target: Args.string({
      required: true,
      multiple: true,
      description: 'Files and directories: IMAGE[@pN]:/path, with * ? [] if need be, or just IMAGE.',
    }),
  };
  static override flags = {
    all: Flags.boolean({char: 'a', exclusive: ['summarize'], summary: 'Show files too, not directories only.'}),
    'apparent-size': Flags.boolean({summary: 'How much files hold, not what they occupy: holes count.'}),
    depth: Flags.string({
      char: 'd',
      aliases: ['max-depth'],
      helpValue: 'N',
      exclusive: ['summarize'],
      summary: 'Show what is N levels down or less.',
    }),
    human: Flags.boolean({char: 'h', summary: 'Sizes such as 1.5K and 20M.'}),
    summarize: Flags.boolean({char: 's', summary: 'Show the sum of each target alone.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> du -h disk.img:/home', description: 'Each directory below one'},
    {command: '<%= config.bin %> du -sh disk.img@p2:/*', description: 'What is in the root directory, with the sums'},
  ];

  private readonly result: DuResult = {entries: [], problems: []};

  async run(): Promise<DuResult> {
    const {args, flags} = await this.parse(Du);
    const most = flags.summarize ? 0 : flags.depth === undefined ? Infinity : Number(flags.depth);
    if (!/^\d+$/.test(flags.depth ?? '0')) throw usageFailure(`--depth wants a number of levels, not "${flags.depth}"`);
    const session = this.session(flags);
    const failed = (error: unknown) => this.result.problems.push(this.problem(error));
    const named = args.target.map((word) => session.target(word));
    const targets = await expandTargets(session, named, {failed});
    const name = naming(targets, false);
    const json = this.jsonEnabled();
    const terminal = !json && stdoutIsTerminal();
    const counted = new Map<Volume, Counted>();
    const page = new Page();
    let succeeded = 0;
    for (const target of targets) {
      const told: DiskUsage[] = [];
      const problem = (error: unknown, path: Buffer) =>
        failed(targetFailure(error, {word: addressOf(target, path).toString(), path}));
      const line = ({bytes, path}: DiskUsage) =>
        Buffer.concat([
          Buffer.from(`${flags.human ? humanSize(bytes) : (bytes + 1023n) / 1024n}\t`),
          shown(name(target, path), terminal),
          Buffer.from('\n'),
        ]);
      const pause = async () => {
        for (const usage of told.splice(0)) {
          const {path, bytes, directory} = usage;
          if (json) this.result.entries.push({target: target.word, ...jsonName('path', path), bytes, directory});
          else await page.add(line(usage));
        }
      };
      const tell = (usage: DiskUsage) => {
        if (usage.depth <= most && (usage.directory || flags.all || usage.depth === 0)) told.push(usage);
      };
      try {
        const volume = await session.volume(target);
        if (!counted.has(volume)) counted.set(volume, new Set());
        const options = {apparent: flags['apparent-size']};
        await diskUsage(volume, target, options, counted.get(volume)!, tell, {problem, pause});
        succeeded++;
      } catch (error) {
        failed(targetFailure(error, target));
      }
    }
    await page.flush();
    this.finish(succeeded);
    return this.result;
  }
}
