// SPDX-License-Identifier: GPL-2.0-only
// kdisk mv: new names and places for files and trees, inside one file system of an image.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type {Path} from '../caller.ts';
import {addressOf, type PathTarget} from '../cli/address.ts';
import {ChangeCommand, insideOnly, lookUp, type ChangeResult} from '../cli/change-command.ts';
import {namelessFailure, refusal} from '../cli/change-failure.ts';
import {usageFailure} from '../cli/failure.ts';
import {
  changeLetters,
  commonVolume,
  destination,
  isEmpty,
  pathAt,
  sameFile,
  type Destination,
} from '../cli/one-volume.ts';
import {isNameless, splitPath} from '../cli/path.ts';
import type {Session} from '../cli/session.ts';
import {jsonName, printable} from '../format/name.ts';
import type {VolumeStats} from '../statx.ts';
import type {Volume} from '../volume.ts';

export interface MvDetail {
  /** Where it is now, inside the image. */
  to: string;
  toBase64?: string;
}

export type MvResult = ChangeResult<MvDetail>;

interface How {
  keep: boolean;
  update: boolean;
}

export default class Mv extends ChangeCommand<MvDetail> {
  static override summary = 'Rename and move files and directories inside an image.';
  static override description =
    'As mv does: a destination that is a directory gets the sources below it, under their own names, and a file that ' +
    'is in the way is replaced. From one file system to another, "kdisk cp -a" copies, and "kdisk rm -r" removes.';
  static override usage = 'mv [-n | -u] [-T] SOURCE... DESTINATION';
  static override args = {
    paths: Args.string({
      required: true,
      multiple: true,
      description: 'What to move, IMAGE[@pN]:/path, and then the new path, IMAGE[@pN]:/path.',
    }),
  };
  static override flags = {
    force: Flags.boolean({char: 'f', summary: 'Replace what is in the way, which is what it does anyway.'}),
    'no-clobber': Flags.boolean({char: 'n', summary: 'Leave alone what would replace something.'}),
    'no-target-directory': Flags.boolean({
      char: 'T',
      summary: 'The destination is the new name, even if it is a directory.',
    }),
    update: Flags.boolean({char: 'u', summary: 'Leave alone what would replace something as new or newer.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> mv -i disk.img :/etc/hostname :/etc/name', description: 'A new name'},
    {
      command: '<%= config.bin %> mv -i disk.img@p2 :/etc/fstab :/etc/os-release :/srv',
      description: 'Two files into another directory',
    },
  ];

  async run(): Promise<MvResult> {
    const {args, flags} = await this.parse(Mv);
    const last = args.paths.pop()!;
    if (args.paths.length === 0) throw usageFailure(`where to? kdisk mv ${last} DESTINATION`);
    const session = this.session(flags);
    const target = insideOnly(session, last, 'mv');
    const sources = await this.expand(session, args.paths);
    const to = await destination(session, target, Boolean(flags['no-target-directory']), sources.length);
    const how = {keep: Boolean(flags['no-clobber']), update: Boolean(flags.update)};
    return this.each(sources, (source) => this.move(session, source, to, how));
  }

  private async move(session: Session, source: PathTarget, to: Destination, how: How): Promise<MvDetail | undefined> {
    if (isNameless(source.path)) throw namelessFailure(source);
    const {bare, name, slash} = splitPath(source.path);
    const looked = await commonVolume(session, source, to.target);
    const stats = await looked.lstat(bare, {bigint: true});
    if (slash && !stats.isDirectory()) throw refusal(source, ' is not a directory', 'ENOTDIR');
    const path = pathAt(to, name);
    const there = (await lookUp(looked, path)) && (await looked.lstat(path, {bigint: true}));
    if (there && (how.keep || (how.update && there.mtimeNs >= stats.mtimeNs))) return undefined;
    const address = {...to.target, word: addressOf(to.target, path).toString(), path};
    if (!to.directory && splitPath(to.target.path).slash && !stats.isDirectory())
      throw refusal(address, ' is not a directory', 'ENOTDIR');
    if (stats.isDirectory() && isBelow(path, bare))
      throw refusal(source, ` cannot be moved into itself, ${printable(address.word)}`, 'EINVAL');
    const letters = there && (await checkReplaced(looked, source, stats, address, there));
    const volume = await session.volume(source, {write: true});
    await (letters ? changeLetters(volume, bare, path) : volume.rename(bare, path));
    return jsonName('to', Buffer.from(path as string));
  }
}

/** @returns true when source and target are one entry, whose name is looked up without regard to case */
async function checkReplaced(
  volume: Volume,
  source: PathTarget,
  stats: VolumeStats<bigint>,
  target: PathTarget,
  there: VolumeStats<bigint>,
): Promise<boolean> {
  const same = await sameFile(volume, source.path, stats, target.path, there);
  if (same === 'letters') return true;
  if (same) throw refusal(source, ` and ${printable(target.word)} are the same file`, 'EINVAL');
  if (there.isDirectory() && !stats.isDirectory())
    throw refusal(target, ' is a directory, which a file does not replace', 'EISDIR');
  if (!there.isDirectory() && stats.isDirectory())
    throw refusal(target, ' is not a directory, so a directory does not replace it', 'ENOTDIR');
  if (there.isDirectory() && !(await isEmpty(volume, target.path)))
    throw refusal(target, ' is not empty, so nothing replaces it', 'ENOTEMPTY');
  return false;
}

function isBelow(path: Path, directory: Path): boolean {
  const [inner, outer] = [Buffer.from(path as string), Buffer.from(directory as string)];
  return inner.length > outer.length && inner.subarray(0, outer.length).equals(outer) && inner[outer.length] === 0x2f;
}
