// SPDX-License-Identifier: GPL-2.0-only
// kdisk fsck: check and repair file systems in images, by the tools of their own projects.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import {BaseCommand} from '../base-command.ts';
import {EXIT, failure, Failure, usageFailure} from '../cli/failure.ts';
import {fsckJson, type FsckJson} from '../cli/fsck/json.ts';
import {previewLines} from '../cli/fsck/preview.ts';
import {CheckProgress} from '../cli/fsck/progress.ts';
import {askYesNo} from '../cli/fsck/question.ts';
import {headline, reportLines} from '../cli/fsck/report.ts';
import {imageFailure} from '../cli/image-failure.ts';
import {interruptible} from '../cli/interruption.ts';
import {stdinIsTerminal, stdoutIsTerminal, writeError, writeOut} from '../cli/output.ts';
import type {Target} from '../cli/session.ts';
import type {KdiskError} from '../errors.ts';
import {formatAddress} from '../image-path.ts';
import {printable} from '../format/name.ts';
import {parseSize} from '../format/size.ts';
import {fsck, type FsckOptions, type FsckResult} from '../fsck.ts';
import {BITS} from '../tools/fsck/driver.ts';
import {prepareTool} from '../tools/run.ts';

/** Of WebAssembly. */
const MOST_MEMORY = 4 * 1024 ** 3;
const LEAST_MEMORY = 16 * 1024 ** 2;

const MODES = ['report', 'preen', 'yes', 'ask'] as const;
const REPAIRS = {report: 'none', preen: 'safe', yes: 'all', ask: 'ask'} as const;

export default class Fsck extends BaseCommand {
  static override summary = 'Check a file system, and repair it if asked to.';
  static override description =
    'By the tool of its own project: e2fsck for ext2, ext3 and ext4, btrfs check, xfs_repair, and those of vfat, exfat, ' +
    'f2fs, ntfs and erofs; a squashfs is read in full. Without -p, -y or --ask it only reports, and writes nothing. A ' +
    'repair is done in memory, checked there again, and written to the image only if that check finds nothing: before, ' +
    'the image is as it was, whatever happens. What follows "--" goes to the tool as it is. Exit codes are those of ' +
    'fsck(8): 0 clean, 1 repaired, 4 problems are left, 8 not checked, 16 wrong usage, 32 interrupted.';
  static override usage = 'fsck [-n | -p | -y | --ask] [-f] [--preview | --in-place] IMAGE[@pN] [-- OPTION...]';
  static override args = {
    target: Args.string({description: 'The image, a file or block device, with the partition: IMAGE[@pN].'}),
  };
  static override baseFlags = {
    ...BaseCommand.baseFlags,
    'as-is': Flags.boolean({hidden: true, summary: 'Has no meaning here.'}),
    memory: Flags.string({
      helpGroup: 'GLOBAL',
      helpValue: 'SIZE',
      summary: 'Memory for the tool at most, such as 512M (default 4G).',
    }),
    verbose: Flags.boolean({char: 'v', helpGroup: 'GLOBAL', summary: 'Print what the tool prints.'}),
  };
  static override flags = {
    report: Flags.boolean({char: 'n', summary: 'Report only, which is what happens without a flag, too.'}),
    preen: Flags.boolean({char: 'p', summary: 'Repair what can be repaired without a loss.'}),
    yes: Flags.boolean({char: 'y', summary: 'Repair everything.'}),
    ask: Flags.boolean({char: 'r', summary: 'Let the tool ask on the terminal what to repair.'}),
    force: Flags.boolean({char: 'f', summary: 'Check what says it is clean; with -t, believe that type.'}),
    type: Flags.string({char: 't', helpValue: 'TYPE', summary: 'Type of a file system whose superblock is gone.'}),
    preview: Flags.boolean({summary: 'Show which files -y (or -p) would change, and write nothing.'}),
    'in-place': Flags.boolean({summary: 'Write to the image at once, without a second check before.'}),
    quiet: Flags.boolean({char: 'q', summary: 'Print nothing; the exit code says it.'}),
  };
  static override bootsEarly = false;
  static override examples = [
    {command: '<%= config.bin %> fsck disk.img', description: 'Is it sound? Nothing is written'},
    {command: '<%= config.bin %> fsck --preview disk.img@p2', description: 'Which files a repair would change'},
    {command: '<%= config.bin %> fsck -p disk.img@p2', description: 'Repair what can be repaired without a loss'},
    {command: '<%= config.bin %> fsck -n -f disk.img -- -v', description: 'With an option of e2fsck itself'},
  ];

  /** The changes are being written: not to be stopped. */
  private committing = false;

  protected override exitCodeOf({exitCode, code}: Failure): number {
    if (code === 'ABORT_ERR') return BITS.cancelled;
    return exitCode === EXIT.usage ? BITS.usage : BITS.operational;
  }

  async run(): Promise<FsckJson> {
    // Its thread starts while it is found out which tool is needed.
    prepareTool();
    const end = this.argv.indexOf('--');
    const [own, native] = end < 0 ? [this.argv, []] : [this.argv.slice(0, end), this.argv.slice(end + 1)];
    const {args, flags} = await this.parse(Fsck, own);
    // Only to find out what is meant: the kernel's memory is another matter, and so is its log.
    const target = this.session({image: flags.image}).image(args.target);
    if (target.path !== '/')
      throw usageFailure(`"${target.word}" names a file; fsck checks a whole file system: IMAGE[@pN]`);
    const options = this.options(flags, target, native);
    const {repair = 'none', preview = false} = options;
    const progress = new CheckProgress(flags.quiet || flags.verbose || this.jsonEnabled() || repair === 'ask');
    const inPlace = options.inPlace && repair !== 'none' && !preview;
    const name = printable(target.image);
    const words = () => (inPlace ? `the repair of ${name} is half done: check it again` : `${name} is as it was`);
    const held = () => (this.committing ? `${name} is being written, which cannot be stopped half-way` : undefined);
    const ending = {exitCode: BITS.cancelled, held};
    const result = await interruptible(words, () => this.check(target, options, progress), ending).finally(() =>
      progress.stop(),
    );
    this.exitWith(result.exitCode);
    await passedOn;
    if (!this.jsonEnabled() && !flags.quiet) await this.print(result, options, flags.verbose);
    return fsckJson(result);
  }

  private options(flags: Record<string, unknown>, target: Target, native: string[]): FsckOptions {
    const modes = MODES.filter((mode) => flags[mode]);
    if (modes.length > 1) throw usageFailure(`--${modes[0]} and --${modes[1]} exclude each other; give one of them`);
    const preview = Boolean(flags.preview);
    const repair = modes[0] ? REPAIRS[modes[0]] : preview ? 'all' : 'none';
    if (preview && (repair === 'none' || repair === 'ask')) throw usageFailure('--preview goes with -p or -y');
    if (preview && flags['in-place'])
      throw usageFailure('--preview and --in-place exclude each other; give one of them');
    if (flags['in-place'] && repair === 'none')
      throw usageFailure('--in-place goes with a repair: add -p, -y or --ask');
    if (repair === 'ask' && (this.jsonEnabled() || flags.quiet))
      throw usageFailure('--ask does not go with --json or --quiet');
    if (repair === 'ask' && !(stdinIsTerminal() && stdoutIsTerminal()))
      throw usageFailure(
        '--ask needs a terminal to ask on; -y answers every question with yes, -p repairs what is safe',
      );
    const memory = flags.memory === undefined ? undefined : memorySize(String(flags.memory));
    return {
      selectors: target.selectors,
      ...(flags.type === undefined ? {} : {type: typeName(String(flags.type))}),
      repair,
      force: Boolean(flags.force),
      preview,
      inPlace: Boolean(flags['in-place']),
      native,
      ...(memory === undefined ? {} : {memory}),
      signal: this.signal,
      ...(flags.verbose || repair === 'ask' ? {onOutput: passOn} : {}),
    };
  }

  private async check(target: Target, options: FsckOptions, progress: CheckProgress): Promise<FsckResult> {
    const {repair} = options;
    const onCommit = (share: number) => {
      this.committing = true;
      progress.commit(share);
    };
    const confirm = async ({problemCount}: FsckResult) =>
      askYesNo(
        `${printable(target.image)}: ${problemCount} problems repaired, checked and clean; write this to the image?`,
      );
    try {
      return await fsck(target.image, {
        ...options,
        onCommit,
        ...(progress.watched ? {onProgress: (state) => progress.update(state)} : {}),
        ...(repair === 'ask' ? {confirm} : {}),
      });
    } catch (error) {
      const {code} = error as KdiskError;
      if (code === 'EBUSY' && this.where !== '') {
        const message = `${printable(target.image)} is open for the other commands of this run; repair it outside`;
        throw new Failure(message, EXIT.busy, code, {cause: error});
      }
      throw checkFailure(error, target, repair !== 'none' && !options.preview);
    } finally {
      this.committing = false;
    }
  }

  private async print(
    result: FsckResult,
    {repair = 'none', preview = false}: FsckOptions,
    verbose: boolean,
  ): Promise<void> {
    const {image, selector} = result;
    const number = /^@p(\d+)$/.exec(selector)?.[1];
    const word = formatAddress(image, number === undefined ? [] : [{kind: 'partition', number: Number(number)}]);
    // What the tool says does not tell what became of its repair.
    if (verbose) return repair === 'none' ? undefined : this.tell(headline(result, word, repair, preview));
    const lines = reportLines(result, word, repair, preview, result.preview ? previewLines(result.preview) : []);
    await writeOut(lines.map((line) => `${line}\n`).join(''));
  }
}

/** Of --memory. */
function memorySize(text: string): number {
  const bytes = parseSize(text);
  if (bytes === undefined || bytes < LEAST_MEMORY || bytes > MOST_MEMORY)
    throw usageFailure(`--memory wants a size from 16M to 4G, such as 512M, not "${text}"`);
  return bytes;
}

/** As mount(8) and fsck(8) call them too. */
function typeName(text: string): string {
  return {fat: 'vfat', msdos: 'vfat', fat32: 'vfat', ntfs3: 'ntfs'}[text] ?? text;
}

let passedOn = Promise.resolve();

/** In the order in which it comes. */
function passOn(stream: 'stdout' | 'stderr', chunk: Buffer): void {
  passedOn = passedOn.then(() => (stream === 'stdout' ? writeOut(chunk) : writeError(chunk)));
}

function checkFailure(error: unknown, {image, word}: Target, write: boolean): Failure {
  const {code = '', syscall} = error as KdiskError;
  if ((error as Error).name === 'AbortError') return new Failure('interrupted', EXIT.host, 'ABORT_ERR');
  if (code.startsWith('ERR_') || !['open', 'stat', 'flock', 'fcntl', undefined].includes(syscall))
    return failure(error, word);
  return syscall === undefined ? failure(error, word) : imageFailure(error, image, write);
}
