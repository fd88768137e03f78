// SPDX-License-Identifier: GPL-2.0-only
// kdisk chown: users and groups that own what is in an image.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type {PathTarget} from '../cli/address.ts';
import {ChangeCommand, type ChangeResult} from '../cli/change-command.ts';
import {changeTree, foundAt, type Found} from '../cli/change-tree.ts';
import {ownerIn, ownerWords, type OwnerWords} from '../cli/owner.ts';
import type {Session} from '../cli/session.ts';
import type {Volume} from '../volume.ts';

export interface ChownDetail {
  /** Owners of the target now. */
  uid: number;
  gid: number;
  /** How many entries got other owners than they had. */
  changed: number;
}

export type ChownResult = ChangeResult<ChownDetail>;

interface How {
  recursive: boolean;
  follow: boolean;
}

export default class Chown extends ChangeCommand<ChownDetail> {
  static override summary = 'Change the owners of files and directories in an image.';
  static override description =
    'OWNER is UID, UID:GID or :GID. A name is looked up in /etc/passwd and /etc/group of the image, never of this ' +
    'machine; "ann:" takes her own group too. A symbolic link that is named is followed, except with --recursive. As ' +
    'always, a new owner takes set-user-ID bits and capabilities away from files.';
  static override usage = 'chown [-R] [-h] OWNER TARGET...';
  static override args = {
    owner: Args.string({required: true, description: 'User, group, or both.'}),
    target: Args.string({
      required: true,
      multiple: true,
      description: 'Files and directories, IMAGE[@pN]:/path; patterns (*, ?, [a-z]) are for names in the image.',
    }),
  };
  static override flags = {
    'no-dereference': Flags.boolean({char: 'h', summary: 'Symbolic links themselves, not what they point to.'}),
    recursive: Flags.boolean({char: 'R', summary: 'Directories with all that is in them, links themselves.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> chown 0:42 disk.img:/etc/ssh/key', description: 'User 0 and group 42'},
    {command: '<%= config.bin %> chown -R 1000:1000 disk.img@p2:/home/ann', description: 'A tree'},
  ];

  async run(): Promise<ChownResult> {
    const {args, flags} = await this.parse(Chown);
    const words = ownerWords(args.owner);
    const session = this.session(flags);
    const how = {recursive: Boolean(flags.recursive), follow: !flags.recursive && !flags['no-dereference']};
    const targets = await this.expand(session, args.target);
    return this.each(targets, (target) => this.change(session, target, words, how));
  }

  private async change(
    session: Session,
    target: PathTarget,
    words: OwnerWords,
    {recursive, follow}: How,
  ): Promise<ChownDetail> {
    const {path} = target;
    const looked = await session.volume(target);
    const stats = follow ? await looked.stat(path) : await looked.lstat(path);
    const owner = await ownerIn(looked, words);
    const wanted = ({uid, gid}: Found) => ({uid: owner.uid ?? uid, gid: owner.gid ?? gid});
    const apply = (volume: Volume) => async (found: Found) => {
      const {uid, gid} = wanted(found);
      await (follow ? volume.chown(found.path, uid, gid) : volume.lchown(found.path, uid, gid));
      return uid !== found.uid || gid !== found.gid;
    };
    const volume = await session.volume(target, {write: true});
    const top = foundAt(path, stats);
    if (!recursive || !stats.isDirectory()) return {...wanted(top), changed: Number(await apply(volume)(top))};
    const failed = (error: unknown, at: PathTarget['path']) => this.failAt(error, target, at);
    const changed = await changeTree(volume, path, {apply: apply(volume), failed, signal: this.signal});
    return {...wanted(top), changed};
  }
}
