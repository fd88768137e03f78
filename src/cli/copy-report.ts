// SPDX-License-Identifier: GPL-2.0-only
// What a copy did, left out or could not do, in words.
import {describeErrno} from '../errno.ts';
import type {CopyLoss, CopyProblem, CopyProgress} from '../copy.ts';
import {systemError} from '../errors.ts';
import {jsonName, printable} from '../format/name.ts';
import {sentenceSize} from '../format/size.ts';
import type {Volume} from '../volume.ts';
import {EXIT, failure, Failure} from './failure.ts';

export interface JsonCopyProblem {
  code: string;
  message: string;
  /** Where it was to be copied from. */
  path: string;
  pathBase64?: string;
}

export interface JsonCopyLoss extends JsonCopyProblem {
  /** 'owner', 'mode', 'times', 'xattr', 'acl', 'capability', 'label', 'flags', 'special', 'hard link' */
  what: string;
  /** Entries that lost it. */
  count: number;
  /** What the first of them had. */
  detail: string;
}

/** What the messages of one copy need to know of it. */
export interface Surroundings {
  /** The address of a path on the side that is read. */
  address: (path: Buffer) => string;
  /** The side that is written is the host. */
  toHost: boolean;
  /** In words, for what is full: "disk.img (12 KiB free)", "the host's disk". */
  full: string;
  /** A manifest would keep what is lost. */
  manifest: boolean;
}

/** Errors after which the addon does not begin anything new. */
const FATAL = ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS'];

const DOING: Record<string, string> = {
  open: 'create',
  mkdir: 'create',
  symlink: 'create',
  special: 'create',
  link: 'create',
  chmod: 'set the mode of',
  chown: 'set the owner of',
  utimes: 'set the times of',
};

/** What has the name already. */
const OBSTACLES: Record<string, string> = {
  mkdir: 'what has that name is no directory',
  EISDIR: 'a directory has that name',
  EEXIST: 'what has that name is no file',
  EBUSY: 'an image that is in use has that name',
};

/** What some file systems do not have. */
const LACKED: Record<string, string> = {
  symlink: 'symbolic links',
  special: 'devices, fifos or sockets',
  link: 'hard links',
};

export function isFatal({code}: {code: string}): boolean {
  return FATAL.includes(code);
}

export function copyFailure(problem: CopyProblem, around: Surroundings): Failure {
  const where = around.address(problem.path);
  const {code, text} = describeErrno(problem.errno);
  if (problem.side === 'source' && code === 'EBUSY')
    return new Failure(`${printable(where)}: left out, it is the image that is written to`, EXIT.partly, code);
  if (problem.side === 'source') return failure(systemError(-problem.errno, problem.step), where);
  const what = `cannot ${DOING[problem.step] ?? problem.step} the copy of ${printable(where)}`;
  if (code === 'ENOSPC')
    return new Failure(`${what}: no space left, ${around.full}; nothing else was begun`, EXIT.host, code);
  if (code === 'EDQUOT') return new Failure(`${what}: quota exceeded; nothing else was begun`, EXIT.host, code);
  if (problem.step === 'special' && code === 'EPERM' && around.toHost)
    return new Failure(`${printable(where)}: left out, only root can make devices`, EXIT.partly, code);
  const kind = LACKED[problem.step];
  if (kind && !around.toHost && ['EPERM', 'EOPNOTSUPP', 'ENOSYS'].includes(code))
    return new Failure(
      `${printable(where)}: left out, the file system that is written has no ${kind}`,
      EXIT.partly,
      code,
    );
  const obstacle = OBSTACLES[problem.step === 'mkdir' ? 'mkdir' : code];
  if (obstacle && ['EISDIR', 'EEXIST', 'EBUSY'].includes(code))
    return new Failure(`${what}: ${obstacle}`, EXIT.partly, code);
  if (code === 'EINVAL' && ['open', 'mkdir', 'symlink', 'special', 'link'].includes(problem.step))
    return new Failure(
      `${what}: this name or type is not allowed there; --names windows escapes names`,
      EXIT.partly,
      code,
    );
  return new Failure(`${what}: ${text}`, EXIT.host, code);
}

export function jsonProblem(found: Failure, path: Buffer): JsonCopyProblem {
  return {code: found.code, message: found.message, ...jsonName('path', path)};
}

const NAMES: Record<string, string> = {
  owner: 'owner',
  mode: 'permission bits',
  times: 'times',
  xattr: 'extended attributes',
  acl: 'ACL',
  capability: 'capabilities',
  label: 'security label',
  flags: 'inode flags',
  special: 'devices, fifos and sockets',
  'hard link': 'hard links',
};

const digits = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

function reason({what, errno}: CopyLoss, {toHost}: Surroundings): string {
  const {code, text} = describeErrno(errno);
  if (code === 'EPERM' && toHost) return what === 'owner' ? 'only root can set owners' : 'only root can do that';
  if (['EOPNOTSUPP', 'ENOTTY', 'EINVAL', 'EPERM', 'ENOSYS'].includes(code))
    return 'the file system that is written has none';
  return text;
}

/** "not kept: owner of 5,012 entries (first: disk.img:/etc/passwd, 0:42): only root can set owners; --manifest FILE keeps them" */
export function lossFailure(loss: CopyLoss, around: Surroundings): Failure {
  const entries = `${digits(loss.count)} ${loss.count === 1 ? 'entry' : 'entries'}`;
  const first = [printable(around.address(loss.path)), printable(loss.detail)].filter(Boolean).join(', ');
  const what = `not kept: ${NAMES[loss.what] ?? loss.what} of ${entries} (first: ${first})`;
  const next = around.manifest ? '; --manifest FILE keeps them' : '';
  return new Failure(`${what}: ${reason(loss, around)}${next}`, EXIT.partly, describeErrno(loss.errno).code);
}

export function jsonLoss(loss: CopyLoss, found: Failure): JsonCopyLoss {
  const {what, count, detail} = loss;
  return {what, count, detail, ...jsonProblem(found, loss.path)};
}

const plural = (count: number, one: string, many: string) => `${digits(count)} ${count === 1 ? one : many}`;

/** The counts alone. */
export function countsOf({files, directories, links, hardLinks, specials, kept, bytes}: CopyProgress): CopyProgress {
  return {files, directories, links, hardLinks, specials, kept, bytes};
}

type Counts = Partial<CopyProgress> & Pick<CopyProgress, 'files' | 'bytes'>;

/** "3 files, 1 directory, 2.5 MiB" */
export function summary({
  files,
  directories = 0,
  links = 0,
  hardLinks = 0,
  specials = 0,
  kept = 0,
  bytes,
}: Counts): string {
  const parts = [
    plural(files, 'file', 'files'),
    directories > 0 ? plural(directories, 'directory', 'directories') : '',
    links > 0 ? plural(links, 'link', 'links') : '',
    hardLinks > 0 ? plural(hardLinks, 'hard link', 'hard links') : '',
    specials > 0 ? plural(specials, 'special file', 'special files') : '',
    kept > 0 ? `${digits(kept)} left as they were` : '',
    sentenceSize(BigInt(bytes)),
  ];
  return parts.filter(Boolean).join(', ');
}

/** What is full, in words, should it come to that. */
export async function freeSpace(volume: Volume, image: string): Promise<string> {
  const stats = await volume.statfs().catch(() => undefined);
  return stats ? `${image} has ${sentenceSize(BigInt(stats.bavail) * BigInt(stats.bsize))} free` : `${image} is full`;
}
