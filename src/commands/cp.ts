// SPDX-License-Identifier: GPL-2.0-only
// kdisk cp: files and trees between images and the host.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import {BaseCommand, type JsonProblem} from '../base-command.ts';
import {openRegularFile} from '../cli/content.ts';
import {treeFlags, treeOptions} from '../cli/copy-flags.ts';
import {CopyJob, Locator, locateHost, type NameChoice} from '../cli/copy-job.ts';
import {checkImages, checkWords, parseWord, type Located, type Rules, type Word} from '../cli/copy-plan.ts';
import {count, nothingSeen} from '../cli/copy-preview.ts';
import {summary, type JsonCopyLoss, type JsonCopyProblem} from '../cli/copy-report.ts';
import {Reporter, type Work} from '../cli/copy-reporter.ts';
import {checkInput, printFile, saveInput} from '../cli/copy-stream.ts';
import {failure, targetFailure, usageFailure} from '../cli/failure.ts';
import {expandTargets} from '../cli/glob.ts';
import {interruptible} from '../cli/interruption.ts';
import {writeOut} from '../cli/output.ts';
import {Progress} from '../cli/progress.ts';
import type {Session} from '../cli/session.ts';
import type {CopyOptions, CopyProgress} from '../copy.ts';
import {throwIfAborted} from '../errors.ts';
import {jsonName, printable} from '../format/name.ts';
import {KIND} from '../tar/records.ts';

export interface JsonPlannedCopy {
  /** Where it is ... */
  from: string;
  fromBase64?: string;
  /** ... and where it would go. */
  to: string;
  toBase64?: string;
}

export interface CpResult extends CopyProgress {
  /** With --events, to tell the last line from the others. */
  event?: 'result';
  problems: (JsonProblem | JsonCopyProblem)[];
  /** Attributes that the destination could not take. */
  lost: JsonCopyLoss[];
  /** Of --dry-run: what would be copied. */
  copies?: JsonPlannedCopy[];
}

/** linux/errno.h */
const EOPNOTSUPP = 95;

interface Settings {
  rules: Rules;
  copy: CopyOptions;
  names: NameChoice;
  manifest: string | undefined;
  isDirectory: boolean;
  /** They were asked for. */
  modesMatter: boolean;
  dryRun: boolean;
  events: boolean;
}

export default class Cp extends BaseCommand {
  static override summary = 'Copy files and directories out of images, into them, and from one to another.';
  static override description =
    'As cp does: a destination that is a directory gets the sources below it, under their own names; "dir/." and the root ' +
    'of a volume stand for their content. Holes and hard links stay what they are, permission bits and times are kept. ' +
    '--archive keeps everything: owners, extended attributes with ACLs and capabilities, inode flags; what the destination ' +
    'cannot hold is named, and goes to a file with --manifest. A symbolic link named as a source is followed, except with ' +
    '--recursive; one that is in the way is replaced, never written through. New files in an image belong to root. With ' +
    '"-", bytes of a file come from standard input or go to standard output, with --recursive a tar archive does. Patterns ' +
    'such as disk.img:/var/log/*.gz match names in the image.';
  static override usage = 'cp [-r|-a] SOURCE... DESTINATION';
  static override args = {
    paths: Args.string({
      required: true,
      multiple: true,
      description: 'Sources, then the destination: IMAGE[@pN]:/path, a path of the host, or "-".',
    }),
  };
  static override flags = {
    ...treeFlags,
    archive: Flags.boolean({char: 'a', summary: 'Copy directories, and keep everything.'}),
    'dry-run': Flags.boolean({summary: 'List what would be copied; write nothing.'}),
    events: Flags.boolean({summary: 'With --json: print progress too, one JSON value in a line.'}),
    manifest: Flags.string({
      helpValue: 'FILE',
      summary: 'Write what the host cannot keep to this file, or restore it from there.',
    }),
    names: Flags.string({
      options: ['auto', 'plain', 'windows'],
      default: 'auto',
      summary: 'Escape names that Windows cannot have; auto does so where it must.',
    }),
    'no-clobber': Flags.boolean({char: 'n', summary: 'Leave files that exist as they are.'}),
    'no-target-directory': Flags.boolean({
      char: 'T',
      summary: 'The destination is what is made, not a directory for it.',
    }),
    preserve: Flags.boolean({char: 'p', allowNo: true, default: true, summary: 'Keep permission bits and times.'}),
    quiet: Flags.boolean({char: 'q', summary: 'Show no progress.'}),
    recursive: Flags.boolean({char: 'r', charAliases: ['R'], summary: 'Copy directories with all that is in them.'}),
    'target-directory': Flags.string({char: 't', helpValue: 'DIR', summary: 'Copy all sources into this directory.'}),
    update: Flags.boolean({char: 'u', summary: 'Leave files that exist and are not older as they are.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> cp disk.img:/etc/fstab .', description: 'A file into the current directory'},
    {command: '<%= config.bin %> cp -r disk.img@p2:/home/ann backup', description: 'A tree of the second partition'},
    {command: '<%= config.bin %> cp disk.img:/boot/initrd.gz -', description: 'A file to standard output'},
    {
      command: '<%= config.bin %> cp -r disk.img:/etc disk.img:/srv',
      description: 'A tree to another place of the same image',
    },
  ];

  protected override indent = 2;
  private reporter!: Reporter;
  private progress!: Progress;
  private counts: CopyProgress = {files: 0, directories: 0, links: 0, hardLinks: 0, specials: 0, kept: 0, bytes: 0};
  private copies: JsonPlannedCopy[] | undefined;
  private output = Promise.resolve();
  private events = false;

  async run(): Promise<CpResult> {
    const {args, flags, metadata} = await this.parse(Cp);
    const {'target-directory': directory, archive, preserve} = flags;
    const paths = directory === undefined ? args.paths : [...args.paths, directory];
    if (paths.length < 2) throw usageFailure(`where to? kdisk cp ${printable(paths[0]!)} DESTINATION`);
    const settings: Settings = {
      rules: {recursive: Boolean(flags.recursive || archive), exact: Boolean(flags['no-target-directory'])},
      copy: {
        mode: preserve,
        times: preserve,
        ...(archive ? {owner: true, xattrs: true, flags: true} : {}),
        ...treeOptions(flags),
        existing: flags['no-clobber'] ? 'keep' : flags.update ? 'update' : 'replace',
      },
      names: flags.names as NameChoice,
      manifest: flags.manifest,
      isDirectory: directory !== undefined,
      modesMatter: Boolean(archive) || !metadata.flags.preserve?.setFromDefault,
      dryRun: Boolean(flags['dry-run']),
      events: Boolean(flags.events),
    };
    this.check(settings, Boolean(archive) && !preserve);
    settings.copy.recursive = settings.rules.recursive;
    settings.copy.follow = !settings.rules.recursive;
    const session = this.session(flags);
    this.reporter = new Reporter({
      show: (found) => void this.problem(found),
      note: (found) => void this.note(found),
      tell: (message) => this.tell(message),
    });
    this.progress = new Progress(Boolean(flags.quiet) || this.jsonEnabled());
    const words = paths.map((word) => parseWord(word, session));
    const [sources, destination] = [words.slice(0, -1), words.at(-1)!];
    checkWords(sources, destination, settings.rules);
    try {
      const succeeded = await this.copy(session, sources, destination, settings);
      this.reporter.finish();
      this.finish(this.reporter.full ? 0 : succeeded);
    } finally {
      this.progress.stop();
      await this.output;
    }
    const {problems, lost} = this.reporter;
    const event = this.events ? ({event: 'result'} as const) : {};
    return {...event, ...this.counts, problems, lost, ...(this.copies ? {copies: this.copies} : {})};
  }

  private get work(): Work {
    return {reporter: this.reporter, progress: this.progress, signal: this.signal};
  }

  private check({rules, isDirectory, events}: Settings, contradiction: boolean): void {
    if (contradiction) throw usageFailure('--archive keeps what --no-preserve drops; give one of them');
    if (rules.exact && isDirectory)
      throw usageFailure('--target-directory and --no-target-directory exclude each other');
    if (events && !this.jsonEnabled()) throw usageFailure('--events is for programs; it needs --json');
    this.events = events;
    if (events) this.indent = 0;
  }

  private async copy(session: Session, sources: Word[], destination: Word, settings: Settings): Promise<number> {
    const streams = destination.kind === 'stream' || sources[0]!.kind === 'stream';
    if (streams && settings.dryRun) throw usageFailure('--dry-run has nothing to look at in a stream');
    if (streams && settings.manifest !== undefined)
      throw usageFailure('--manifest belongs to a tree of the host, not to a stream');
    const locator = new Locator(session);
    const found = sources[0]!.kind === 'stream' ? [] : await this.locate(session, locator, sources);
    if (destination.kind === 'stream') return this.toOutput(session, found, settings);
    const to = destination.kind === 'host' ? locateHost(destination.word) : await locator.locate(destination.target);
    if (sources[0]!.kind === 'stream') return this.fromInput(session, to, settings);
    return this.betweenTrees(session, found, to, settings);
  }

  /** Patterns expanded; what cannot be found or opened is told. */
  private async locate(session: Session, locator: Locator, words: Word[]): Promise<Located[]> {
    const found: Located[] = [];
    for (const word of words) {
      if (word.kind === 'host') found.push(locateHost(word.word));
      if (word.kind !== 'image') continue;
      try {
        for (const target of await expandTargets(session, [word.target])) found.push(await locator.locate(target));
      } catch (error) {
        this.reporter.problem(targetFailure(error, word.target));
      }
    }
    return found;
  }

  private async betweenTrees(session: Session, sources: Located[], to: Located, settings: Settings): Promise<number> {
    if (sources.length === 0) return 0;
    const images = sources.flatMap(({target}) => (target ? [target.image] : []));
    const hosts = sources.flatMap(({target, word}) => (target ? [] : [word]));
    if (!to.target) checkImages([to.word], images, 'written');
    else checkImages(hosts, [to.target.image], 'read');
    const job = new CopyJob(session, settings, {
      problem: (found, path) => this.reporter.problem(found, path),
      lost: (found, loss) => {
        // FAT has no modes, which is no news to who did not ask for them.
        if (loss.what === 'mode' && loss.errno === EOPNOTSUPP && !settings.modesMatter) return;
        this.reporter.loss(found, loss);
      },
      progress: (state) => this.advance(state),
    });
    await job.plan(sources, to, settings.isDirectory, (error, from) =>
      this.reporter.problem(failure(error, from.word)),
    );
    if (settings.dryRun) return this.list(job);
    if (this.progress.watched) await this.expect(job);
    const words = sources.length === 1 ? printable(sources[0]!.word) : `${sources.length} sources`;
    const unfinished = () => {
      this.progress.stop();
      return `the copy of ${words} to ${printable(to.word)} is not complete`;
    };
    await interruptible(unfinished, () => job.run(this.signal));
    this.counts = job.counts;
    if (job.stopped) throwIfAborted(this.signal);
    const {files, directories, links, hardLinks, specials, kept} = this.counts;
    return files + directories + links + hardLinks + specials + kept;
  }

  /** How much there is to do, for the bar. */
  private async expect(job: CopyJob): Promise<void> {
    const seen = nothingSeen();
    for await (const {entry} of job.preview()) count(seen, entry.record);
    this.progress.expect(seen);
  }

  private advance(state: CopyProgress): void {
    this.progress.update(state);
    if (this.events)
      this.output = this.output.then(() => writeOut(JSON.stringify({event: 'progress', ...state}) + '\n'));
  }

  /** Of --dry-run. */
  private async list(job: CopyJob): Promise<number> {
    const seen = nothingSeen();
    this.copies = [];
    for await (const {group, entry} of job.preview()) {
      const {record} = entry;
      if (record.kind === KIND.problem) continue;
      count(seen, record);
      const from = Buffer.from(job.address(group, record.path));
      const to = Buffer.from(job.destinationAddress(entry.path));
      if (this.jsonEnabled()) this.copies.push({...jsonName('from', from), ...jsonName('to', to)});
      else await writeOut(`would copy ${printable(from.toString())} -> ${printable(to.toString())}\n`);
    }
    this.counts = {...seen, kept: 0};
    if (!this.jsonEnabled()) await writeOut(`would copy ${summary(this.counts)}\n`);
    return seen.files + seen.directories + seen.links + seen.hardLinks + seen.specials;
  }

  private async toOutput(session: Session, sources: Located[], {rules, copy}: Settings): Promise<number> {
    if (this.jsonEnabled()) throw usageFailure('--json and the copy both want standard output; copy to a file');
    if (rules.recursive) {
      const {archiveToOutput} = await import('../cli/tar-streams.ts');
      const seen = await archiveToOutput(session, sources, copy, this.work);
      this.counts = {...seen, kept: 0};
      return seen.files + seen.directories + seen.links + seen.hardLinks + seen.specials;
    }
    for (const {target} of sources) {
      try {
        await using file = await openRegularFile(await session.volume(target!), target!);
        this.counts.bytes = await printFile(file.chunks({reuse: true}));
        this.counts.files = 1;
      } catch (error) {
        this.reporter.problem(targetFailure(error, {...target!, path: target!.path.toString()}));
      }
    }
    return this.counts.files;
  }

  private async fromInput(session: Session, to: Located, {rules, copy, isDirectory}: Settings): Promise<number> {
    checkInput(
      rules.recursive
        ? 'a tar archive is read from it: kdisk cp -r - DIRECTORY < FILE'
        : 'what is read from it becomes the file',
    );
    const unfinished = () => {
      this.progress.stop();
      return `the copy of standard input to ${printable(to.word)} is not complete`;
    };
    if (rules.recursive) {
      const {archiveFromInput} = await import('../cli/tar-streams.ts');
      const work = () => archiveFromInput(session, to, copy, this.work);
      const done = await interruptible(unfinished, work);
      this.counts = done;
      return done.files + done.directories;
    }
    if (isDirectory) throw usageFailure('standard input has no name; the destination must give one');
    const size = await interruptible(unfinished, () =>
      saveInput(session, to, {copy, signal: this.signal, progress: (bytes) => this.progress.update({files: 0, bytes})}),
    );
    this.counts = {...this.counts, files: 1, bytes: size};
    return 1;
  }
}
