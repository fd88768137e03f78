// SPDX-License-Identifier: GPL-2.0-only
// kdisk touch: times of what is in an image, and empty files.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type {PathTarget} from '../cli/address.ts';
import {ChangeCommand, insideOnly, lookUp, type ChangeResult} from '../cli/change-command.ts';
import {refusal} from '../cli/change-failure.ts';
import {dateFlag} from '../cli/change-flags.ts';
import {usageFailure} from '../cli/failure.ts';
import type {Session} from '../cli/session.ts';
import {isoTime} from '../format/time.ts';
import type {VolumeStats} from '../statx.ts';
import type {Volume} from '../volume.ts';

export interface TouchDetail {
  /** As they are now, UTC with nine digits. */
  atime: string;
  mtime: string;
  created: boolean;
}

export type TouchResult = ChangeResult<TouchDetail>;

interface Times {
  atimeNs?: bigint | 'now';
  mtimeNs?: bigint | 'now';
}

interface How extends Times {
  create: boolean;
  follow: boolean;
}

const SECOND = 1_000_000_000n;
/** FAT rounds mtime to two seconds and atime to days. */
const ROUNDING = {atimeNs: 24n * 3600n * SECOND, mtimeNs: 2n * SECOND};

export default class Touch extends ChangeCommand<TouchDetail> {
  static override summary = 'Set the times of files in an image, or make empty files.';
  static override description =
    'Without a date, the times become the present. A file that is not there is made, with the permission bits that ' +
    'the umask leaves, and belongs to root (0:0).';
  static override usage = 'touch [-c] [-a] [-m] [-d DATE | -r TARGET] TARGET...';
  static override args = {
    target: Args.string({
      required: true,
      multiple: true,
      description: 'Files and directories, IMAGE[@pN]:/path; patterns (*, ?, [a-z]) are for names in the image.',
    }),
  };
  static override flags = {
    access: Flags.boolean({char: 'a', summary: 'Set the time of the last access only.'}),
    date: Flags.string({
      char: 'd',
      helpValue: 'DATE',
      summary: 'This time, such as 2026-01-31T12:30:00Z or @1700000000.5.',
    }),
    modification: Flags.boolean({char: 'm', summary: 'Set the time of the last modification only.'}),
    'no-create': Flags.boolean({char: 'c', summary: 'Make no files.'}),
    'no-dereference': Flags.boolean({char: 'h', summary: 'Symbolic links themselves, not what they point to.'}),
    reference: Flags.string({char: 'r', helpValue: 'TARGET', summary: 'The times of this file, IMAGE:/path.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> touch disk.img:/srv/new', description: 'An empty file, or the present time'},
    {
      command: '<%= config.bin %> touch -d 2001-02-03T04:05:06Z disk.img@p2:/etc/fstab',
      description: 'A time of the past',
    },
  ];

  async run(): Promise<TouchResult> {
    const {args, flags} = await this.parse(Touch);
    if (flags.date !== undefined && flags.reference !== undefined)
      throw usageFailure('--date and --reference both say which time; give one of them');
    const date = flags.date === undefined ? undefined : dateFlag(flags.date);
    const session = this.session(flags);
    const follow = !flags['no-dereference'];
    const model = flags.reference === undefined ? undefined : await this.times(session, flags.reference, follow);
    const [atimeNs, mtimeNs] = [date ?? model?.atimeNs ?? 'now', date ?? model?.mtimeNs ?? 'now'] as const;
    const both = Boolean(flags.access) === Boolean(flags.modification);
    const how: How = {
      create: !flags['no-create'] && follow,
      follow,
      ...(both || flags.access ? {atimeNs} : {}),
      ...(both || flags.modification ? {mtimeNs} : {}),
    };
    const targets = await this.expand(session, args.target);
    return this.each(targets, (target) => this.touch(session, target, how));
  }

  private async times(session: Session, word: string, follow: boolean): Promise<{atimeNs: bigint; mtimeNs: bigint}> {
    const target = insideOnly(session, word, 'touch --reference');
    const volume = await session.volume(target);
    return statsOf(volume, target, follow);
  }

  private async touch(session: Session, target: PathTarget, how: How): Promise<TouchDetail | undefined> {
    const {create, follow, ...times} = how;
    const {path} = target;
    const looked = await session.volume(target);
    const there = await lookUp(looked, path);
    const missing = !there || (follow && there.isSymbolicLink() && !(await leads(looked, path)));
    if (missing && !create) {
      if (!follow && !there) await looked.lstat(path);
      return undefined;
    }
    const volume = await session.volume(target, {write: true});
    if (missing) await (await volume.open(path, 'a', 0o666 & ~process.umask())).close();
    await volume.setTimes(path, times, {follow});
    const now = await statsOf(volume, target, follow);
    for (const key of ['atimeNs', 'mtimeNs'] as const) checkKept(target, times[key], now[key], ROUNDING[key]);
    return {atime: isoTime(now.atimeNs), mtime: isoTime(now.mtimeNs), created: missing};
  }
}

function statsOf(volume: Volume, {path}: PathTarget, follow: boolean): Promise<VolumeStats<bigint>> {
  return follow ? volume.stat(path, {bigint: true}) : volume.lstat(path, {bigint: true});
}

async function leads(volume: Volume, path: PathTarget['path']): Promise<boolean> {
  return volume.stat(path).then(
    () => true,
    (error: {code?: string}) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

/** Kernels cut a time that the file system has no room for, and say nothing. */
function checkKept(target: PathTarget, wanted: Times['atimeNs'], found: bigint, rounding: bigint): void {
  if (typeof wanted !== 'bigint') return;
  const off = wanted > found ? wanted - found : found - wanted;
  if (off > rounding)
    throw refusal(
      target,
      `: its file system has no room for ${isoTime(wanted)}; it is ${isoTime(found)} now`,
      'ERANGE',
    );
}
