// SPDX-License-Identifier: GPL-2.0-only
// What is said when an image can't be opened, or not be closed after a change.
import {describe, expect, it} from 'vitest';
import {EXIT} from '../../src/cli/failure.ts';
import {closeFailure, imageFailure} from '../../src/cli/image-failure.ts';
import {KdiskError, systemError} from '../../src/errors.ts';

const raw = (code: string) => Object.assign(new Error(`${code}: some words, open 'd.img'`), {code});

describe('imageFailure', () => {
  it.each([
    ['EACCES', false, EXIT.host, 'd.img: no permission to read it; get that (chmod, sudo), kdisk needs nothing more'],
    ['EACCES', true, EXIT.host, 'd.img: no permission to write it; get that (chmod, sudo), or work on a copy'],
    ['EPERM', true, EXIT.host, 'd.img: no permission to write it; get that (chmod, sudo), or work on a copy'],
    ['EROFS', true, EXIT.host, 'd.img: the host can only read what it lies on; work on a copy'],
    ['EBUSY', false, EXIT.busy, 'd.img is in use by another program (a virtual machine?); stop that first'],
    [
      'EBUSY',
      true,
      EXIT.busy,
      'd.img is in use by another program (a virtual machine?), and a change needs it alone; stop that first',
    ],
    ['EIO', false, EXIT.host, 'd.img: the host cannot read it (i/o error)'],
    ['EIO', true, EXIT.host, 'd.img: the host cannot read or write it (i/o error)'],
    ['EFBIG', true, EXIT.host, 'd.img: it is larger than this process may write (ulimit -f)'],
    ['EMFILE', true, EXIT.host, 'd.img: some words'],
  ])('of %s, writing %s', (code, write, exitCode, message) => {
    expect(imageFailure(raw(code), 'd.img', write)).toMatchObject({code, exitCode, message});
  });
});

describe('closeFailure', () => {
  const start = 'd.img: what was written may not be complete: ';

  it.each([
    [
      'an unclean file system',
      new KdiskError(
        'ERR_NOT_CLEAN',
        'd.img: the ext4 is not clean after its unmount: its journal waits to be replayed',
      ),
      EXIT.unreadable,
      `${start}the ext4 is not clean after its unmount: its journal waits to be replayed`,
    ],
    ['a full disk of the host', raw('ENOSPC'), EXIT.host, `${start}some words`],
    [
      'a write that was lost',
      systemError(-5, 'syncfs'),
      EXIT.host,
      `${start}the host did not take all of it (is its disk full?)`,
    ],
    ['anything else', systemError(-16, 'umount', '/mnt/1'), EXIT.host, `${start}device or resource busy`],
  ])('of %s', (_, error, exitCode, message) => {
    expect(closeFailure(error, 'd.img')).toMatchObject({exitCode, message});
  });
});
