// SPDX-License-Identifier: GPL-2.0-only
// kdisk cp: files and trees out of an image.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import {BaseCommand, type JsonProblem} from '../base-command.ts';
import type {CopyProgress} from '../binding.ts';
import {openRegularFile} from '../cli/content.ts';
import {checkDestination, parseDestination, parseSource, place, type Destination} from '../cli/copy-plan.ts';
import {copyFailure, jsonProblem, summary, type JsonCopyProblem} from '../cli/copy-report.ts';
import {targetFailure, usageFailure} from '../cli/failure.ts';
import {interruptible} from '../cli/interruption.ts';
import {writeOut} from '../cli/output.ts';
import {Progress} from '../cli/progress.ts';
import type {Session, Target} from '../cli/session.ts';
import {printable} from '../format/name.ts';

export interface CpResult extends CopyProgress {
  problems: (JsonProblem | JsonCopyProblem)[];
}

/** A tree of broken files must not bury the summary. */
const MOST_PROBLEMS_SHOWN = 20;

export default class Cp extends BaseCommand {
  static override summary = 'Copy files and directories out of an image.';
  static override description =
    'As cp does: a destination that is a directory gets the sources below it, under their own names; "dir/." and the root ' +
    'of a volume stand for their content. Holes stay holes. Permission bits, times and symbolic links are kept, owners are ' +
    'not; devices can be made by root only. A symbolic link named as a source is followed, except with --recursive.';
  static override usage = 'cp [-r] SOURCE... DESTINATION';
  static override args = {
    paths: Args.string({
      required: true,
      multiple: true,
      description: 'Sources, IMAGE[@pN]:/path, then a path of the host; "-" is standard output.',
    }),
  };
  static override flags = {
    preserve: Flags.boolean({char: 'p', allowNo: true, default: true, summary: 'Keep permission bits and times.'}),
    recursive: Flags.boolean({
      char: 'r',
      aliases: ['archive'],
      charAliases: ['R', 'a'],
      summary: 'Copy directories with all that is in them.',
    }),
  };
  static override examples = [
    {command: '<%= config.bin %> cp disk.img:/etc/fstab .', description: 'A file into the current directory'},
    {command: '<%= config.bin %> cp -r disk.img@p2:/home/ann backup', description: 'A tree of the second partition'},
    {command: '<%= config.bin %> cp disk.img:/boot/initrd.gz -', description: 'A file to standard output'},
  ];

  private readonly result: CpResult = {files: 0, directories: 0, links: 0, bytes: 0, problems: []};

  async run(): Promise<CpResult> {
    const {args, flags} = await this.parse(Cp);
    if (args.paths.length < 2) throw usageFailure(`where to? kdisk cp ${args.paths[0]} DESTINATION`);
    const session = this.session(flags);
    const how = {preserve: flags.preserve, recursive: Boolean(flags.recursive)};
    const sources = args.paths.slice(0, -1).map((word) => parseSource(word, session));
    const destination = parseDestination(args.paths.at(-1)!);
    checkDestination(sources, destination, how.recursive);
    const progress = new Progress(this.jsonEnabled());
    let succeeded = 0;
    for (const source of sources) {
      try {
        if (await this.copy(session, source, destination, how, progress)) succeeded++;
      } catch (error) {
        this.result.problems.push(this.problem(targetFailure(error, source)));
      }
    }
    progress.stop();
    const hidden = this.result.problems.length - MOST_PROBLEMS_SHOWN;
    if (hidden > 0) this.tell(`and ${hidden} more problems; --json lists them all`);
    // Something was copied even if the only source had problems in its depths.
    this.finish(succeeded + this.result.files);
    return this.result;
  }

  /** @returns true when all of the source is at the destination */
  private async copy(
    session: Session,
    source: Target,
    destination: Destination,
    {recursive, preserve}: {recursive: boolean; preserve: boolean},
    progress: Progress,
  ): Promise<boolean> {
    const volume = await session.volume(source);
    if (destination.kind === 'stdout') {
      await using file = await openRegularFile(volume, source);
      for await (const chunk of file.chunks({reuse: true})) await writeOut(chunk);
      return true;
    }
    const stats = recursive ? await volume.lstat(source.path) : await volume.stat(source.path);
    const to = place(source, stats, destination, recursive);
    const before = {...this.result};
    const add = (state: CopyProgress) => {
      for (const key of ['files', 'directories', 'links', 'bytes'] as const)
        this.result[key] = before[key] + state[key];
      progress.update(summary(this.result));
    };
    const sources = [{from: Buffer.from(source.path), to: Buffer.from(to)}];
    const unfinished = () => {
      progress.stop();
      return `the copy of ${printable(source.word)} to ${printable(to)} is not complete`;
    };
    const done = await interruptible(unfinished, () =>
      volume.copyOut(sources, {recursive, preserve, follow: !recursive}, add),
    );
    add(done);
    progress.stop();
    for (const problem of done.problems) {
      const found = copyFailure(problem, source);
      if (this.result.problems.length < MOST_PROBLEMS_SHOWN) this.problem(found);
      else this.note(found);
      this.result.problems.push(jsonProblem(found, problem.path));
    }
    return done.problems.length === 0;
  }
}
