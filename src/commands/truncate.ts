// SPDX-License-Identifier: GPL-2.0-only
// kdisk truncate: lengths of files in an image.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type {PathTarget} from '../cli/address.ts';
import {ChangeCommand, lookUp, type ChangeResult} from '../cli/change-command.ts';
import {refusal} from '../cli/change-failure.ts';
import {EXIT, usageFailure} from '../cli/failure.ts';
import {parseSizeChange, type SizeChange} from '../cli/size-change.ts';
import type {Session} from '../cli/session.ts';
import {fileType} from '../format/mode.ts';

export interface TruncateDetail {
  /** Bytes, now. */
  size: number;
  created: boolean;
}

export type TruncateResult = ChangeResult<TruncateDetail>;

export default class Truncate extends ChangeCommand<TruncateDetail> {
  static override summary = 'Shrink or extend files in an image to a size.';
  static override description =
    'SIZE is a number with K, M, G, T, P or E (powers of 1024; KB and so on are powers of 1000). In front of it, ' +
    '+ and - add and take away, < means at most, > at least, / and % round down and up to a multiple. What is cut ' +
    'off is lost; what is new is a hole. A file that is not there is made.';
  static override usage = 'truncate [-c] -s SIZE TARGET...';
  static override args = {
    target: Args.string({
      required: true,
      multiple: true,
      description: 'Files, IMAGE[@pN]:/path; patterns (*, ?, [a-z]) are for names in the image.',
    }),
  };
  static override flags = {
    'no-create': Flags.boolean({char: 'c', summary: 'Make no files.'}),
    size: Flags.string({char: 's', required: true, helpValue: 'SIZE', summary: 'New size, or the change of it.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> truncate -s 0 disk.img:/home/ann/notes', description: 'An empty file'},
    {command: '<%= config.bin %> truncate -s +1M disk.img@p2:/binary', description: 'A megabyte more, of zeroes'},
  ];

  async run(): Promise<TruncateResult> {
    const {args, flags} = await this.parse(Truncate);
    const change = parseSizeChange(flags.size);
    if (!change) throw usageFailure(`"${flags.size}" is not a size; such are 0, 64K, +1M, <2G, %4096`);
    const session = this.session(flags);
    const targets = await this.expand(session, args.target);
    return this.each(targets, (target) => this.resize(session, target, change, !flags['no-create']));
  }

  private async resize(
    session: Session,
    target: PathTarget,
    change: SizeChange,
    create: boolean,
  ): Promise<TruncateDetail | undefined> {
    const {path} = target;
    const looked = await session.volume(target);
    const there = (await lookUp(looked, path)) && (await looked.stat(path));
    if (there?.isDirectory()) throw refusal(target, ' is a directory', 'EISDIR', EXIT.usage);
    if (there && !there.isFile())
      throw refusal(target, ` is a ${fileType(there.mode)}, which has no size`, 'EINVAL', EXIT.usage);
    if (!there && !create) return undefined;
    const size = change(there?.size ?? 0);
    const volume = await session.volume(target, {write: true});
    if (!there) await (await volume.open(path, 'a', 0o666 & ~process.umask())).close();
    await volume.truncate(path, size);
    return {size, created: !there};
  }
}
