// SPDX-License-Identifier: GPL-2.0-only
// kdisk tar: trees of images to tar archives, and archives into images.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import {BaseCommand, type JsonProblem} from '../base-command.ts';
import {treeFlags, treeOptions} from '../cli/copy-flags.ts';
import {Locator} from '../cli/copy-job.ts';
import {checkImages} from '../cli/copy-plan.ts';
import type {JsonCopyLoss, JsonCopyProblem} from '../cli/copy-report.ts';
import {Reporter, type Work} from '../cli/copy-reporter.ts';
import {checkInput} from '../cli/copy-stream.ts';
import {EXIT, Failure, usageFailure} from '../cli/failure.ts';
import {expandTargets} from '../cli/glob.ts';
import {interruptible} from '../cli/interruption.ts';
import {Progress} from '../cli/progress.ts';
import type {Session} from '../cli/session.ts';
import type {ArchiveSource} from '../cli/tar-create.ts';
import type {CopyOptions, CopyProgress} from '../copy.ts';
import {printable} from '../format/name.ts';

export interface TarResult extends CopyProgress {
  problems: (JsonProblem | JsonCopyProblem)[];
  /** Attributes that the file system could not take. */
  lost: JsonCopyLoss[];
}

interface Settings {
  file: string | undefined;
  gzip: boolean;
  sparse: boolean;
  copy: CopyOptions;
}

export default class Tar extends BaseCommand {
  static override summary = 'Make tar archives of trees in images, and unpack archives into images.';
  static override description =
    'Archives are in POSIX format, and keep everything: owners, times in nanoseconds, extended attributes with ACLs, ' +
    'capabilities and labels, holes, hard links, devices, and inode flags in a record of its own; other programs read them. ' +
    'Names in an archive are relative to each TARGET, as after "tar -C TARGET". Unpacking takes the numbers of users and ' +
    'groups, not their names, and never leaves the directory. Archives by gzip, and by zstd where Node has it, are ' +
    'known by their first bytes.';
  static override usage = ['tar -c [-z] [-f FILE] TARGET...', 'tar -x [-f FILE] TARGET'];
  static override args = {
    target: Args.string({
      required: true,
      multiple: true,
      description: 'What goes into the archive, or the directory to unpack into: IMAGE[@pN]:/path.',
    }),
  };
  static override flags = {
    ...treeFlags,
    create: Flags.boolean({char: 'c', summary: 'Make an archive.'}),
    extract: Flags.boolean({char: 'x', summary: 'Unpack an archive into a directory.'}),
    file: Flags.string({char: 'f', helpValue: 'FILE', summary: 'The archive; without it, standard output or input.'}),
    gzip: Flags.boolean({char: 'z', summary: 'Compress by gzip, as a name that ends in .gz or .tgz says too.'}),
    list: Flags.boolean({char: 't', hidden: true, summary: 'Is left to tar.'}),
    quiet: Flags.boolean({char: 'q', summary: 'Show no progress.'}),
    sparse: Flags.boolean({char: 'S', summary: 'When unpacking, make holes of long runs of zeroes.'}),
  };
  static override examples = [
    {
      command: '<%= config.bin %> tar -cf backup.tar.gz disk.img:/etc',
      description: 'A compressed archive of a directory',
    },
    {command: '<%= config.bin %> tar -xf backup.tar.gz disk.img:/srv', description: 'The same unpacked somewhere else'},
  ];

  private counts: CopyProgress = {files: 0, directories: 0, links: 0, hardLinks: 0, specials: 0, kept: 0, bytes: 0};

  async run(): Promise<TarResult> {
    const {args, flags} = await this.parse(Tar);
    if (flags.list) throw usageFailure('kdisk does not list archives; tar -t does');
    if (flags.create === flags.extract) throw usageFailure('kdisk tar -c makes an archive, kdisk tar -x unpacks one');
    const session = this.session(flags);
    const reporter = new Reporter({
      show: (found) => void this.problem(found),
      note: (found) => void this.note(found),
      tell: (message) => this.tell(message),
    });
    const progress = new Progress(Boolean(flags.quiet) || this.jsonEnabled());
    const work = {reporter, progress, signal: this.signal};
    const file = flags.file === '-' ? undefined : flags.file;
    const keep: CopyOptions = {recursive: true, owner: true, xattrs: true, flags: true};
    const copy = {...keep, ...treeOptions(flags)};
    const settings = {file, gzip: Boolean(flags.gzip), sparse: Boolean(flags.sparse), copy};
    const doIt = flags.create ? this.create : this.extract;
    try {
      await doIt.call(this, session, args.target, settings, work);
    } finally {
      progress.stop();
    }
    reporter.finish();
    const {files, directories, links, hardLinks, specials} = this.counts;
    this.finish(reporter.full ? 0 : files + directories + links + hardLinks + specials);
    return {...this.counts, problems: reporter.problems, lost: reporter.lost};
  }

  private async create(session: Session, words: string[], {file, gzip, copy}: Settings, work: Work): Promise<void> {
    if (file === undefined && this.jsonEnabled())
      throw usageFailure('--json and the archive both want standard output; name the archive: -f FILE');
    if (copy.uid !== undefined || copy.mapUid)
      throw usageFailure('owners are changed when an archive is unpacked, not when it is made');
    const {chooseCompression} = await import('../cli/tar-compression.ts');
    const {archiveSource, pack} = await import('../cli/tar-streams.ts');
    const compression = chooseCompression(file, gzip);
    const locator = new Locator(session);
    const targets = await expandTargets(
      session,
      words.map((word) => session.target(word)),
    );
    if (file !== undefined)
      checkImages(
        [file],
        targets.map(({image}) => image),
        'written',
      );
    const sources: ArchiveSource[] = [];
    for (const target of targets) {
      const {side, ...place} = await locator.locate(target);
      const isTree = (await side.look(place, false))?.kind === 'directory';
      sources.push(await archiveSource(await session.volume(target), target, isTree ? '' : (side.nameOf(place) ?? '')));
    }
    const name = printable(file ?? 'standard output');
    const unfinished = () => {
      work.progress.stop();
      return `the archive (${name}) is not complete`;
    };
    const seen = await interruptible(unfinished, () =>
      pack(sources, {file, compression, attributes: true}, copy, work),
    );
    this.counts = {...seen, kept: 0};
  }

  private async extract(session: Session, words: string[], {file, sparse, copy}: Settings, work: Work): Promise<void> {
    if (words.length > 1) throw usageFailure('an archive is unpacked into one directory, all of it');
    if (file === undefined) checkInput('give the archive with -f FILE, or send it there');
    const {unpack} = await import('../cli/tar-streams.ts');
    const to = await new Locator(session).locate(session.target(words[0]!));
    const found = await to.side.look(to, true);
    if (!found)
      throw new Failure(`${to.word}: there is no such directory; "kdisk mkdir -p" makes it`, EXIT.notFound, 'ENOENT');
    if (found.kind !== 'directory') throw new Failure(`${to.word} is not a directory`, EXIT.usage, 'ENOTDIR');
    if (file !== undefined) checkImages([file], [to.target!.image], 'read');
    const unfinished = () => {
      work.progress.stop();
      return `the archive is not unpacked to its end`;
    };
    this.counts = await interruptible(unfinished, () => unpack(session, to, {file, sparse}, copy, work));
  }
}
