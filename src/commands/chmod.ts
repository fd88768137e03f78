// SPDX-License-Identifier: GPL-2.0-only
// kdisk chmod: permission bits of what is in an image.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type {PathTarget} from '../cli/address.ts';
import {ChangeCommand, type ChangeResult} from '../cli/change-command.ts';
import {modeFlag} from '../cli/change-flags.ts';
import {changeTree, foundAt, type Found} from '../cli/change-tree.ts';
import {changedMode, MODE_BITS, octalMode, type ModeChange} from '../cli/mode-change.ts';
import type {Session} from '../cli/session.ts';
import type {Volume} from '../volume.ts';

export interface ChmodDetail {
  /** Permission bits of the target now, "0644". */
  mode: string;
  /** How many entries got other bits than they had. */
  changed: number;
}

export type ChmodResult = ChangeResult<ChmodDetail>;

/** A mode that takes something away looks like a flag. */
const DASHED = /^-[rwxXstugo]+(?:[-+=,][rwxXstugoa]*)*$/;

export default class Chmod extends ChangeCommand<ChmodDetail> {
  static override summary = 'Change the permission bits of files and directories in an image.';
  static override description =
    'MODE is what chmod takes: an octal number, or clauses such as u+x,g=rX,o-w. A symbolic link that is named is ' +
    'followed; those that --recursive meets are left alone, for they have no bits of their own.';
  static override usage = 'chmod [-R] MODE TARGET...';
  static override args = {
    mode: Args.string({required: true, description: 'New mode, or what to change.'}),
    target: Args.string({
      required: true,
      multiple: true,
      description: 'Files and directories, IMAGE[@pN]:/path; patterns (*, ?, [a-z]) are for names in the image.',
    }),
  };
  static override flags = {
    recursive: Flags.boolean({char: 'R', summary: 'Directories with all that is in them.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> chmod 600 disk.img:/etc/ssh/key', description: 'For the owner only'},
    {command: '<%= config.bin %> chmod -R go-w,a+rX disk.img@p2:/home/ann', description: 'A tree that all may read'},
  ];

  constructor(argv: string[], config: never) {
    const end = argv.indexOf('--');
    const at = argv.findIndex((word, index) => DASHED.test(word) && (end < 0 || index < end));
    super(at < 0 ? argv : argv.with(at, ` ${argv[at]}`), config);
  }

  async run(): Promise<ChmodResult> {
    const {args, flags} = await this.parse(Chmod);
    // oclif gives all words to the argument that takes several.
    const change = modeFlag(args.mode.trim());
    const session = this.session(flags);
    const targets = await this.expand(session, args.target);
    return this.each(targets, (target) => this.change(session, target, change, Boolean(flags.recursive)));
  }

  private async change(
    session: Session,
    target: PathTarget,
    change: ModeChange,
    recursive: boolean,
  ): Promise<ChmodDetail | undefined> {
    const {path} = target;
    const umask = process.umask();
    const stats = await (await session.volume(target)).stat(path);
    const wanted = ({mode, directory}: Found) => changedMode(mode, change, directory, umask);
    const mode = octalMode(wanted(foundAt(path, stats)));
    const apply = (volume: Volume) => async (found: Found) => {
      if (found.link || wanted(found) === (found.mode & MODE_BITS)) return false;
      await volume.chmod(found.path, wanted(found));
      return true;
    };
    const volume = await session.volume(target, {write: true});
    if (!recursive || !stats.isDirectory()) return {mode, changed: Number(await apply(volume)(foundAt(path, stats)))};
    const failed = (error: unknown, at: PathTarget['path']) => this.failAt(error, target, at);
    // A link that was named is followed to its directory.
    const top = typeof path === 'string' ? `${path}/` : Buffer.concat([path, Buffer.from('/')]);
    const changed = await changeTree(volume, top, {apply: apply(volume), failed, signal: this.signal});
    return {mode, changed};
  }
}
