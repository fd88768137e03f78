// SPDX-License-Identifier: GPL-2.0-only
// Why an image file can't be opened or closed, with what may have been meant.
import {existsSync, statSync} from 'node:fs';
import {fileType} from '../format/mode.ts';
import {printable} from '../format/name.ts';
import {EXIT, failure, Failure} from './failure.ts';

/** In words, for what no image can be. */
function kindOf(path: string): string | undefined {
  try {
    const stats = statSync(path);
    return stats.isFIFO() || stats.isSocket() || stats.isCharacterDevice() ? fileType(stats.mode) : undefined;
  } catch {
    return undefined;
  }
}

/** The part of a path that is a file where a directory should be. */
function fileOnTheWay(path: string): string | undefined {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    const part = path.slice(0, at);
    if (existsSync(part)) return part;
  }
  return undefined;
}

/** What to add when no file has that name. */
function missingHint(image: string): string {
  const slash = '; a path in an image starts with a slash: ';
  if (image.endsWith(':')) return `${slash}${printable(image)}/`;
  const colon = /^(.+):([^:/]+)$/.exec(image);
  if (colon && existsSync(colon[1]!)) return slash + printable(`${colon[1]}:/${colon[2]}`);
  if (/@[^@/\\]*$/.test(image)) return '; if the part after "@" chooses a partition, it is written @p1, @p2, ...';
  const odd = ['@p', '@disk'].some((form) => existsSync(`${image}${form}`));
  return odd ? '; a name that ends like a selector needs one more "@" at its end' : '';
}

function permissionHint(write: boolean): string {
  return write
    ? 'no permission to write it; get that (chmod, sudo), or work on a copy'
    : 'no permission to read it; get that (chmod, sudo), kdisk needs nothing more';
}

/** @param write the image was to be changed */
export function imageFailure(error: unknown, image: string, write: boolean): Failure {
  const code = (error as NodeJS.ErrnoException).code ?? 'EINVAL';
  const name = printable(image);
  const give = (text: string, exit: number) => new Failure(name + text, exit, code, {cause: error});
  const kind = kindOf(image);
  if (kind)
    return give(
      ` is a ${kind}: a disk image must be a file or block device, which can be read at any place`,
      EXIT.usage,
    );
  switch (code) {
    case 'ENOENT':
      return give(`: no such image${missingHint(image)}`, EXIT.notFound);
    case 'ENOTDIR': {
      const file = fileOnTheWay(image);
      const inside = file && `${file}:${image.slice(file.length)}`;
      const hint = inside ? `; for what is in ${printable(file)} write ${printable(inside)}` : '';
      return give(`: no such image${hint}`, EXIT.notFound);
    }
    case 'EISDIR':
      return give(' is a directory, not a disk image; for files inside an image write IMAGE:/path', EXIT.usage);
    case 'EINVAL':
      return give(' is empty (or smaller than one sector): not a disk image; was it copied in full?', EXIT.unsupported);
    case 'EACCES':
    case 'EPERM':
      return give(`: ${permissionHint(write)}`, EXIT.host);
    case 'EROFS':
      return give(': the host can only read what it lies on; work on a copy', EXIT.host);
    case 'EBUSY':
    case 'EAGAIN':
    case 'ETXTBSY':
      return give(
        write
          ? ' is in use by another program (a virtual machine?), and a change needs it alone; stop that first'
          : ' is in use by another program (a virtual machine?); stop that first',
        EXIT.busy,
      );
    case 'EFBIG':
      return give(': it is larger than this process may write (ulimit -f)', EXIT.host);
    case 'EIO':
      return give(`: the host cannot ${write ? 'read or write' : 'read'} it (i/o error)`, EXIT.host);
    default:
      return failure(error, image);
  }
}

/** Of the last step of a change: what the file holds now is not known to be all of it. */
export function closeFailure(error: unknown, image: string): Failure {
  const found = failure(error);
  const exit = ['ERR_NOT_CLEAN', 'EKERNELDEAD'].includes(found.code) ? EXIT.unreadable : EXIT.host;
  const start = `${printable(image)}: what was written may not be complete: `;
  const name = `${printable(image)}: `;
  const said = found.message.startsWith(name) ? found.message.slice(name.length) : found.message;
  // To the kernel inside, a full disk of the host is a broken disk.
  const reason = found.code === 'EIO' ? 'the host did not take all of it (is its disk full?)' : said;
  return new Failure(start + reason, exit, found.code, {cause: error});
}
