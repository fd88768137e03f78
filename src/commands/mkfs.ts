// SPDX-License-Identifier: GPL-2.0-only
// kdisk mkfs: new file systems, empty or filled.
import {existsSync, rmSync} from 'node:fs';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import {BaseCommand} from '../base-command.ts';
import {Reporter} from '../cli/copy-reporter.ts';
import {countsOf} from '../cli/copy-report.ts';
import {usageFailure} from '../cli/failure.ts';
import {interruptible} from '../cli/interruption.ts';
import {freeFlag, nativeWords, placeOf, sizeFlag, timestampOf} from '../cli/mkfs/flags.ts';
import {line, mkfsFailure, reportCopy, selectorOf, type MkfsJson} from '../cli/mkfs/report.ts';
import {sourceOf} from '../cli/mkfs/source.ts';
import {say, writeOut} from '../cli/output.ts';
import {Progress} from '../cli/progress.ts';
import {printable} from '../format/name.ts';
import {parseSize} from '../format/size.ts';
import {mkfs, type MkfsOptions, type MkfsProgress} from '../mkfs.ts';
import {prepareTool} from '../tools/run.ts';

/** Have neither owners nor permission bits nor extended attributes. */
const PLAIN = ['vfat', 'exfat'];

export default class Mkfs extends BaseCommand {
  /** How the kernel is started depends on the flags, and whether on what is there. */
  static override bootsEarly = false;
  static override summary = 'Make a file system in an image, empty or filled.';
  static override description =
    'The tools of each file system\'s own project do it, in a sandbox: ext2, ext3, ext4, btrfs, xfs, vfat, exfat, f2fs, ntfs, ' +
    'squashfs, erofs. What stands behind "--" goes to the tool as it is. An image that is not there is made. With --from, a ' +
    'directory or a tar archive is copied into the new root, with owners, times, attributes, links and devices, and no ' +
    'root is needed for that. Nothing is overwritten without --force. With a time (--timestamp, or SOURCE_DATE_EPOCH) and ' +
    'a UUID that are given, the same source makes the same image, in every byte.';
  static override usage = 'mkfs -t TYPE [--size SIZE|auto] [--from DIRECTORY|-] IMAGE[@pN] [-- NATIVE OPTIONS]';
  static override args = {
    image: Args.string({
      required: true,
      multiple: true,
      description: 'The image, a file or block device, or one of its partitions: IMAGE[@pN].',
    }),
  };
  static override baseFlags = {
    ...BaseCommand.baseFlags,
    'as-is': Flags.boolean({hidden: true, summary: 'Has no meaning here.'}),
    verbose: Flags.boolean({char: 'v', helpGroup: 'GLOBAL', summary: 'Print what the tool prints.'}),
  };
  static override flags = {
    'block-size': Flags.string({helpValue: 'SIZE', summary: 'Bytes of a block, or of a cluster of FAT, exFAT and NTFS.'}),
    'dry-run': Flags.boolean({summary: 'Say what would be made; write nothing.'}),
    force: Flags.boolean({char: 'f', summary: 'Make it in place of what is there, or of a part of it.'}),
    free: Flags.string({helpValue: 'SIZE|%', summary: 'With --size auto: leave this free, such as 512M or 10%.'}),
    from: Flags.string({
      helpValue: 'DIR|-',
      summary: 'Copy what is in this directory into it, or in the tar archive on standard input.',
    }),
    label: Flags.string({char: 'L', helpValue: 'LABEL', summary: 'Name of the file system.'}),
    quiet: Flags.boolean({char: 'q', summary: 'Show no progress, and say nothing when all is well.'}),
    size: Flags.string({helpValue: 'SIZE', summary: 'Size of the image, or "auto": what --from needs.'}),
    timestamp: Flags.string({
      helpValue: 'TIME',
      summary: 'The time of all that is made now; seconds since 1970 or a date.',
    }),
    type: Flags.string({char: 't', required: true, helpValue: 'TYPE', summary: 'Type of the file system.'}),
    uuid: Flags.string({char: 'U', helpValue: 'UUID', summary: 'Its UUID; for FAT and exFAT a number such as 1234-ABCD.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> mkfs -t ext4 --size 64M -L data new.img', description: 'An empty file system in a new image'},
    {
      command: '<%= config.bin %> mkfs -t ext4 --from . --free 10% new.img',
      description: 'A directory as an image that is as large as it must be, and a tenth larger',
    },
    {
      command: '<%= config.bin %> mkfs -t vfat --force disk.img@p1 -- -F 16',
      description: 'In a partition, with an option of mkfs.fat',
    },
  ];

  /** What was in the image is gone, and nothing usable is in its place yet. */
  private spoilt = false;

  async run(): Promise<MkfsJson> {
    // Its thread starts while the rest is found out.
    prepareTool();
    const {args, flags} = await this.parse(Mkfs);
    const words = args.image as unknown as string[];
    const native = nativeWords(this.argv, words);
    if (flags['as-is']) throw usageFailure('--as-is shows an image as it is; here one is made');
    // Checks --memory; the kernel's log is not what --verbose shows here.
    this.session({...flags, verbose: false});
    const {image, partition} = placeOf(words[0]!, flags.image);
    const {signal} = this;
    const size = flags.size === undefined || flags.size === 'auto' ? flags.size : sizeFlag('size', flags.size);
    const timestamp = timestampOf(flags.timestamp, process.env.SOURCE_DATE_EPOCH);
    const progress = new Progress(Boolean(flags.quiet || flags.verbose) || this.jsonEnabled() || flags.from === undefined);
    const options: MkfsOptions = {
      type: flags.type,
      native,
      signal,
      total: progress.watched,
      force: Boolean(flags.force),
      dryRun: Boolean(flags['dry-run']),
      ...(partition === undefined ? {} : {partition}),
      ...(size === undefined ? {} : {size: size as number | 'auto'}),
      ...(flags.free === undefined ? {} : {free: freeFlag(flags.free)}),
      ...(flags['block-size'] === undefined ? {} : {blockSize: sizeFlag('block-size', flags['block-size'])}),
      ...(flags.label === undefined ? {} : {label: flags.label}),
      ...(flags.uuid === undefined ? {} : {uuid: flags.uuid}),
      ...(timestamp === undefined ? {} : {timestamp}),
      ...(flags.memory === undefined ? {} : {memory: parseSize(flags.memory)!}),
      ...(flags.from === undefined ? {} : {from: sourceOf(flags.from, signal)}),
    };
    try {
      return await this.make(image, options, {progress, quiet: Boolean(flags.quiet), verbose: Boolean(flags.verbose)});
    } catch (error) {
      // What stops the command has words of its own.
      if ((error as Error).name === 'AbortError') throw error;
      throw mkfsFailure(error, image, flags.from, this.spoilt);
    } finally {
      progress.stop();
    }
  }

  private async make(
    image: string,
    options: MkfsOptions,
    {progress, quiet, verbose}: {progress: Progress; quiet: boolean; verbose: boolean},
  ): Promise<MkfsJson> {
    const isNew = !existsSync(image);
    let begun = false;
    this.spoilt = false;
    let output = Promise.resolve();
    const onProgress = ({phase, files, bytes, total}: MkfsProgress) => {
      if (phase !== 'measure') begun = true;
      this.spoilt = begun && !isNew;
      if (total) progress.expect(total);
      if (phase !== 'measure') progress.update({files, bytes});
    };
    const unfinished = () => {
      progress.stop();
      if (!begun) return '';
      if (!isNew) return `${printable(image)} holds no usable file system now`;
      rmSync(image, {force: true});
      return `${printable(image)} was removed again`;
    };
    const onOutput: MkfsOptions['onOutput'] = (stream, chunk) => {
      if (stream === 'stderr') process.stderr.write(chunk);
      else output = output.then(() => writeOut(chunk));
    };
    const show = verbose && !this.jsonEnabled() ? {onOutput} : {};
    const made = await interruptible(unfinished, () => mkfs(image, {...options, ...show, onProgress}));
    await output;
    progress.stop();
    const reporter = new Reporter({
      show: (found) => void this.problem(found),
      note: (found) => void this.note(found),
      tell: (message) => this.tell(message),
    });
    const plain = PLAIN.includes(made.type);
    reportCopy(made, plain, reporter);
    reporter.finish();
    this.finish(1);
    if (!this.jsonEnabled() && !quiet) {
      if (plain && made.copied) say(`kdisk: ${made.type} keeps neither owners nor permission bits nor extended attributes`);
      if (!verbose) await writeOut(line(made, Boolean(options.dryRun)) + '\n');
    }
    const {path, partition, copied, archiveProblems: _, type, size, label, uuid, free} = made;
    return {
      image: path,
      selector: selectorOf(partition),
      type,
      size,
      ...(label === undefined ? {} : {label}),
      ...(uuid === undefined ? {} : {uuid}),
      created: made.created,
      dryRun: Boolean(options.dryRun),
      tool: made.tool,
      arguments: made.arguments,
      ...(free === undefined ? {} : {free}),
      ...(copied ? {copied: countsOf(copied)} : {}),
      problems: reporter.problems,
      lost: reporter.lost,
    };
  }
}
