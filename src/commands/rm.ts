// SPDX-License-Identifier: GPL-2.0-only
// kdisk rm: takes files and trees out of an image.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type {Path} from '../caller.ts';
import type {PathTarget} from '../cli/address.ts';
import {ChangeCommand, type ChangeResult} from '../cli/change-command.ts';
import {namelessFailure, refusal} from '../cli/change-failure.ts';
import {EXIT, type Failure} from '../cli/failure.ts';
import {isNameless, splitPath} from '../cli/path.ts';
import type {Session} from '../cli/session.ts';
import type {VolumeStats} from '../statx.ts';
import type {Volume} from '../volume.ts';

/** There is nothing to tell but that it is gone. */
export type RmResult = ChangeResult<object>;

const GONE = ['ENOENT', 'ENOTDIR'];

interface How {
  recursive: boolean;
  directories: boolean;
}

export default class Rm extends ChangeCommand<object> {
  static override summary = 'Remove files and directories from an image.';
  static override description =
    'There is no way back, and no question first. A symbolic link is removed itself, never what it points to.';
  static override usage = 'rm [-r] [-f] TARGET...';
  static override args = {
    target: Args.string({
      required: true,
      multiple: true,
      description: 'What to remove, IMAGE[@pN]:/path; patterns (*, ?, [a-z]) are for names in the image.',
    }),
  };
  static override flags = {
    dir: Flags.boolean({char: 'd', summary: 'Remove empty directories too.'}),
    force: Flags.boolean({char: 'f', summary: 'What is not there is no failure.'}),
    recursive: Flags.boolean({char: 'r', charAliases: ['R'], summary: 'Remove directories with all that is in them.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> rm disk.img:/etc/hostname', description: 'One file'},
    {command: '<%= config.bin %> rm -r disk.img@p2:/home/ann', description: 'A tree of the second partition'},
    {command: '<%= config.bin %> rm -f disk.img:/var/log/*.gz', description: 'All that match, if any do'},
  ];

  async run(): Promise<RmResult> {
    const {args, flags} = await this.parse(Rm);
    const session = this.session(flags);
    const how = {recursive: Boolean(flags.recursive), directories: Boolean(flags.dir)};
    const missing = (error: Failure) => {
      if (!flags.force || error.code !== 'ENOENT') this.fail(error);
    };
    const remove = async (target: PathTarget) => {
      try {
        return await this.remove(session, target, how);
      } catch (error) {
        if (flags.force && GONE.includes((error as Failure).code)) return undefined;
        throw error;
      }
    };
    return this.each(await this.expand(session, args.target, missing), remove);
  }

  private async remove(session: Session, target: PathTarget, how: How): Promise<object> {
    if (isNameless(target.path)) throw namelessFailure(target);
    const {bare, slash} = splitPath(target.path);
    const looked = await session.volume(target);
    const stats = await looked.lstat(bare);
    if (slash && !stats.isDirectory()) throw refusal(target, ' is not a directory', 'ENOTDIR');
    if (stats.isDirectory()) await this.check(looked, target, bare, how);
    const volume = await session.volume(target, {write: true});
    await this.take(volume, bare, stats, how.recursive);
    return {};
  }

  private async check(volume: Volume, target: PathTarget, path: Path, {recursive, directories}: How): Promise<void> {
    if (recursive) return;
    if (!directories)
      throw refusal(target, ' is a directory; -r removes it with all that is in it', 'EISDIR', EXIT.usage);
    for await (const batch of volume.entries(path)) {
      if (batch.length > 0) throw refusal(target, ' is not empty; -r removes it with all that is in it', 'ENOTEMPTY');
    }
  }

  private async take(volume: Volume, path: Path, stats: VolumeStats, recursive: boolean): Promise<void> {
    if (!stats.isDirectory()) await volume.unlink(path);
    else if (recursive) await volume.rm(path, {recursive, signal: this.signal});
    else await volume.rmdir(path);
  }
}
