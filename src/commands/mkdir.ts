// SPDX-License-Identifier: GPL-2.0-only
// kdisk mkdir: directories in an image.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type {PathTarget} from '../cli/address.ts';
import {ChangeCommand, insideOnly, lookUp, type ChangeResult} from '../cli/change-command.ts';
import {refusal} from '../cli/change-failure.ts';
import {modeFlag} from '../cli/change-flags.ts';
import {changedMode, MODE_BITS, octalMode, type ModeChange} from '../cli/mode-change.ts';
import type {Session} from '../cli/session.ts';

export interface MkdirDetail {
  /** Permission bits, "0755". */
  mode: string;
}

export type MkdirResult = ChangeResult<MkdirDetail>;

const ALL = 0o777;

export default class Mkdir extends ChangeCommand<MkdirDetail> {
  static override summary = 'Make directories in an image.';
  static override description =
    'They belong to root (0:0), and have the permission bits that the umask leaves, as mkdir gives them on the host.';
  static override usage = 'mkdir [-p] [-m MODE] TARGET...';
  static override args = {
    target: Args.string({
      required: true,
      multiple: true,
      description: 'What to make, IMAGE[@pN]:/path.',
    }),
  };
  static override flags = {
    mode: Flags.string({
      char: 'm',
      helpValue: 'MODE',
      summary: 'Permission bits as chmod takes them, such as 700 or go-w.',
    }),
    parents: Flags.boolean({char: 'p', summary: 'Make the directories above too; one that is there is no failure.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> mkdir disk.img:/srv/new', description: 'A directory in one that is there'},
    {
      command: '<%= config.bin %> mkdir -p -m 700 disk.img@p2:/a/b/c',
      description: 'Three, the last for its owner only',
    },
  ];

  async run(): Promise<MkdirResult> {
    const {args, flags} = await this.parse(Mkdir);
    const session = this.session(flags);
    const mode = flags.mode === undefined ? undefined : modeFlag(flags.mode);
    const targets = args.target.map((word) => insideOnly(session, word, 'mkdir'));
    return this.each(targets, (target) => this.make(session, target, mode, Boolean(flags.parents)));
  }

  private async make(
    session: Session,
    target: PathTarget,
    change: ModeChange | undefined,
    recursive: boolean,
  ): Promise<MkdirDetail | undefined> {
    const {path} = target;
    const umask = process.umask();
    if (await this.isThere(session, target, recursive)) return undefined;
    const volume = await session.volume(target, {write: true});
    const bits = change ? changedMode(ALL, change, true, umask) : ALL & ~umask;
    // Those above must let the last one be made, whatever the umask.
    if (recursive) await volume.mkdir(path, {recursive, mode: (ALL & ~umask) | 0o300});
    else await volume.mkdir(path, {mode: bits & ALL});
    const made = Number((await volume.lstat(path)).mode) & MODE_BITS;
    // A set-group-ID bit that it inherits stays, as with mkdir(1).
    const wanted = bits | (made & 0o2000);
    if (made !== wanted) await volume.chmod(path, wanted);
    return {mode: octalMode(wanted)};
  }

  private async isThere(session: Session, target: PathTarget, parents: boolean): Promise<boolean> {
    const volume = await session.volume(target);
    if (!parents) {
      if (await lookUp(volume, target.path)) throw refusal(target, ': it exists already', 'EEXIST');
      return false;
    }
    const stats = await volume.stat(target.path).catch(whenMissing);
    if (stats && !stats.isDirectory()) throw refusal(target, ' exists and is not a directory', 'EEXIST');
    return stats !== undefined;
  }
}

function whenMissing(error: unknown): undefined {
  if ((error as {code?: string}).code !== 'ENOENT') throw error;
}
