// SPDX-License-Identifier: GPL-2.0-only
// kdisk sum: checksums of files in an image.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import {BaseCommand, type JsonProblem} from '../base-command.ts';
import {addressOf, type PathTarget} from '../cli/address.ts';
import {ALGORITHMS, digestFile, inOrder, type Algorithm} from '../cli/digest.ts';
import {EXIT, Failure, targetFailure} from '../cli/failure.ts';
import {expandTargets} from '../cli/glob.ts';
import {Page} from '../cli/output.ts';
import {baseName, walk} from '../cli/walk.ts';
import {checksumLine} from '../format/checksum.ts';
import {fileType} from '../format/mode.ts';
import {jsonName} from '../format/name.ts';
import {S_IFREG} from '../syscalls.ts';
import type {Volume} from '../volume.ts';

export interface SumFile {
  /** The word of the command line that led here. */
  target: string;
  /** Inside the image. */
  path: string;
  pathBase64?: string;
  /** Bytes. */
  size: number;
  /** Hexadecimal. */
  digest: string;
}

export interface SumResult {
  algorithm: Algorithm;
  files: SumFile[];
  problems: JsonProblem[];
}

interface Item {
  target: PathTarget;
  volume: Volume;
  path: Buffer;
  size: bigint;
  /** As it goes behind the checksum. */
  name: Buffer;
}

export default class Sum extends BaseCommand {
  static override summary = 'Print checksums of files in an image.';
  static override description =
    'Lines as sha256sum writes them. With -r the names are relative to the target, in the order of their bytes, so that ' +
    '"sha256sum -c" checks a copy of it from inside that copy; with several targets each name begins with that of its ' +
    'target, as in a directory they were copied to. Only regular files have a checksum; links in a tree are not followed.';
  static override args = {
    target: Args.string({
      required: true,
      multiple: true,
      description: 'Files, and with -r directories: IMAGE[@pN]:/path, with * ? [] if need be.',
    }),
  };
  static override flags = {
    algorithm: Flags.string({
      char: 'a',
      default: 'sha256',
      options: ALGORITHMS,
      helpValue: 'NAME',
      summary: `One of ${ALGORITHMS.join(', ')}.`,
    }),
    recursive: Flags.boolean({char: 'r', charAliases: ['R'], summary: 'All files below directories.'}),
    zero: Flags.boolean({char: 'z', summary: 'End lines with a NUL byte, and leave odd names as they are.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> sum disk.img:/etc/fstab', description: 'SHA-256 of a file'},
    {command: '<%= config.bin %> sum -r disk.img@p2:/etc', description: 'Of a tree, to be checked by sha256sum -c'},
    {command: '<%= config.bin %> sum -a md5 --json disk.img:/boot/*', description: 'MD5 of several, for a program'},
  ];

  private readonly result: SumResult = {algorithm: 'sha256', files: [], problems: []};
  private readonly page = new Page();
  private done = 0;

  async run(): Promise<SumResult> {
    const {args, flags} = await this.parse(Sum);
    this.result.algorithm = flags.algorithm as Algorithm;
    const session = this.session(flags);
    const failed = this.failed;
    const named = args.target.map((word) => session.target(word));
    const targets = await expandTargets(session, named, {failed});
    let succeeded = 0;
    for (const target of targets) {
      try {
        const volume = await session.volume(target);
        if (flags.recursive) await this.addTree(volume, target, targets.length > 1, flags.zero);
        else await this.print([await fileOf(volume, target)], flags.zero);
        succeeded++;
      } catch (error) {
        failed(targetFailure(error, target));
      }
    }
    await this.page.flush();
    // A tree in which nothing could be read is a failure, one without files is not.
    this.finish(this.done + (this.result.problems.length > 0 ? 0 : succeeded));
    return this.result;
  }

  private readonly failed = (error: unknown): void => {
    this.result.problems.push(this.problem(error));
  };

  private async addTree(volume: Volume, target: PathTarget, several: boolean, zero: boolean): Promise<void> {
    const top = Buffer.from(target.path as string);
    const own = baseName(top);
    const items: Item[] = [];
    await walk(
      volume,
      target.path,
      {stats: true, sorted: true},
      {
        visit: ({entry, path, depth}) => {
          if (entry.type !== S_IFREG || !entry.stats) return;
          const below = path.subarray(top.length + (top.at(-1) === SLASH ? 0 : 1));
          const prefix = several && !isRoot(own) ? Buffer.concat([own, Buffer.of(SLASH)]) : Buffer.alloc(0);
          const name = depth === 0 ? own : Buffer.concat([prefix, below]);
          items.push({target, volume, path, size: entry.stats.size, name});
        },
        problem: (error, path) => this.failed(targetFailure(error, {word: addressOf(target, path).toString(), path})),
        pause: () => this.print(items.splice(0), zero),
      },
    );
  }

  private async print(items: Item[], zero: boolean): Promise<void> {
    const work = ({volume, path, size}: Item) => digestFile(volume, path, Number(size), this.result.algorithm);
    for await (const {item, result, error} of inOrder(items, work)) {
      const {target, path, name} = item;
      if (!result) {
        this.failed(targetFailure(error, {word: addressOf(target, path).toString(), path}));
        continue;
      }
      this.done++;
      if (this.jsonEnabled()) this.result.files.push({target: target.word, ...jsonName('path', path), ...result});
      else await this.page.add(checksumLine(result.digest, name, zero));
    }
  }
}

const SLASH = 0x2f;
const isRoot = (name: Buffer) => name.length === 1 && name[0] === SLASH;

/** A file named on the command line, links followed. */
async function fileOf(volume: Volume, target: PathTarget): Promise<Item> {
  const stats = await volume.stat(target.path, {bigint: true});
  const name = addressOf(target, target.path);
  if (stats.isDirectory())
    throw new Failure(`${name.toString()} is a directory; -r takes all files below it`, EXIT.usage, 'EISDIR');
  if (!stats.isFile()) {
    const kind = fileType(Number(stats.mode));
    throw new Failure(`${target.word} is a ${kind}: in an image it has no content`, EXIT.usage, 'EINVAL');
  }
  return {target, volume, path: Buffer.from(target.path as string), size: stats.size, name};
}
