// SPDX-License-Identifier: GPL-2.0-only
// Every error becomes one line and an exit code.
import {describe, expect, it} from 'vitest';
import {combinedExit, EXIT, failure, Failure, mountFailure, targetFailure, usageFailure} from '../../src/cli/failure.ts';
import {tellingLine} from '../../src/cli/kernel-log.ts';
import {KdiskError, systemError} from '../../src/errors.ts';
import {AddressError} from '../../src/image-path.ts';

describe('failure', () => {
  it.each<[string, unknown, number, string]>([
    ['a missing file', systemError(-2, 'open', '/x'), EXIT.notFound, 'd.img:/x: no such file or directory'],
    [
      'a damaged inode',
      systemError(-117, 'lstat', '/x'),
      EXIT.unreadable,
      'd.img:/x: structure needs cleaning; the file system needs repair',
    ],
    [
      'a lost sector',
      systemError(-5, 'read', '/x'),
      EXIT.unreadable,
      'd.img:/x: i/o error; the image may be cut short or damaged',
    ],
    [
      'a full disk of the host',
      Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC'}),
      EXIT.host,
      'd.img:/x: no space left on device',
    ],
    ['an ambiguous image', new KdiskError('ERR_AMBIGUOUS_VOLUME', 'd.img holds 2'), EXIT.usage, 'd.img holds 2'],
    ['an encrypted one', new KdiskError('ERR_ENCRYPTED', 'd.img is encrypted'), EXIT.unreadable, 'd.img is encrypted'],
    ['an unbuilt addon', new KdiskError('ERR_NOT_INSTALLED', 'not built'), EXIT.host, 'not built'],
    ['a bad address', new AddressError('an empty word is not a path'), EXIT.usage, 'an empty word is not a path'],
    ['anything else', new Error('first line\nsecond'), EXIT.partly, 'd.img:/x: first line'],
  ])('of %s', (_, error, exitCode, message) => {
    expect(failure(error, 'd.img:/x')).toMatchObject({exitCode, message});
  });

  it('of a dead kernel says that the image is unharmed', () => {
    const error = new KdiskError('EKERNELDEAD', 'dead', {kernelLog: '<0>[ 1.2] kernel BUG at fs/ext4/inode.c:1'});
    const {message, exitCode} = failure(error, 'd.img');
    expect(exitCode).toBe(EXIT.unreadable);
    expect(message).toContain('your file was not touched');
  });

  it('never lets names move the cursor', () => {
    expect(failure(systemError(-2, 'open', '/x'), 'd.img:/\u001b[2J\n').message).not.toMatch(/\p{Cc}/u);
  });
});

const xfsLog = `[    0.1] XFS (vda): Superblock has unknown incompatible features (0x80) enabled.
[    0.1] XFS (vda): Filesystem cannot be safely mounted by this kernel.
[    0.1] XFS (vda): SB validate failed with error -22.`;

describe('mountFailure', () => {
  const of = (errno: number, log = '', asIs = false, devices = 1, size = 1000, there = 1000n) =>
    mountFailure(
      systemError(errno, 'mount', '/dev/vda', {kernelLog: log}),
      'd.img',
      {content: {type: 'ext4', devices, size}, size: there},
      asIs,
    );

  it.each<[string, Failure, number, RegExp]>([
    [
      'a broken superblock',
      of(-117, 'EXT4-fs (vda): group descriptors corrupted!'),
      EXIT.unreadable,
      /the kernel says: EXT4-fs \(vda\): group descriptors corrupted!; it needs repair \(kdisk fsck -y d\.img\)$/,
    ],
    [
      'an inode that only a function about journals has met',
      of(-117, 'EXT4-fs error (device vda): ext4_get_journal_inode:1: inode #8: bad extra_isize'),
      EXIT.unreadable,
      /\(kdisk fsck -y d\.img\)$/,
    ],
    ['a broken journal', of(-117, 'JBD2: journal recovery failed'), EXIT.unreadable, /--as-is shows it/],
    [
      'an image that was cut',
      of(-22, 'EXT4-fs (vda): bad geometry', false, 1, 3000),
      EXIT.unreadable,
      /cut short: 2.9 KiB of file system in 1000 bytes; copy it again/,
    ],
    ['garbage without a log', of(-22), EXIT.unreadable, /\(invalid argument\); it needs repair/],
    ['new features', of(-22, xfsLog), EXIT.unsupported, /unknown incompatible features.*does not support/],
    ['a driver that is not there', of(-19), EXIT.unsupported, /does not support/],
    [
      'an image that lacks a little',
      of(-22, '', false, 1, 8388608, 8388096n),
      EXIT.unreadable,
      /512 bytes of 8388608 are missing/,
    ],
    ['a disk that is mounted as a whole', of(-16), EXIT.busy, /overlaps it is in use/],
    ['too little memory', of(-12), EXIT.host, /--memory 256M/],
    [
      'a journal that must be replayed',
      of(-30, 'EXT4-fs (vda): INFO: recovery required on readonly filesystem', true),
      EXIT.unreadable,
      /leave out --as-is/,
    ],
    ['one of many devices', of(-22, '', false, 3), EXIT.unsupported, /spread over 3 devices/],
  ])('of %s', (_, found, exitCode, message) => {
    expect(found.exitCode).toBe(exitCode);
    expect(found.message).toMatch(message);
  });
});

describe('targetFailure', () => {
  const of = (word: string, path: string) => targetFailure(systemError(-2, 'stat', path), {word, path}).message;

  it.each([
    ['d.img@p2:/etc/x', '/etc/x', 'd.img@p2:/etc/x: no such file or directory; see "kdisk ls d.img@p2:/etc"'],
    [':/x', '/x', ':/x: no such file or directory; see "kdisk ls :/"'],
    ['my disk.img:/x', '/x', 'my disk.img:/x: no such file or directory'],
    ['d.img', '/', 'd.img: no such file or directory'],
  ])('leads from %s to where it should be', (word, path, message) => expect(of(word, path)).toBe(message));
});

describe('tellingLine', () => {
  it('prefers the reason to what follows from it', () => {
    expect(tellingLine(xfsLog)).toBe('XFS (vda): Superblock has unknown incompatible features (0x80) enabled');
    expect(
      tellingLine(
        '<6>[ 0.2] BTRFS: device fsid x\n<3>[ 0.2] BTRFS error (device vda): bad tree block\n<3>[ 0.3] BTRFS error: open_ctree failed: -5',
      ),
    ).toBe('BTRFS error (device vda): bad tree block');
    expect(tellingLine('XFS (vda): Sparse inode alignment (4) should be zero.\nXFS (vda): SB validate failed')).toBe(
      'XFS (vda): Sparse inode alignment (4) should be zero',
    );
    expect(tellingLine('')).toBeUndefined();
    expect(tellingLine(undefined)).toBeUndefined();
  });
});

describe('what is of no use to a reader', () => {
  it.each([
    [
      'XFS (vda): Metadata CRC error detected at 0x00007f53b008efa1, xfs_sb block 0x0 ',
      'XFS (vda): Metadata CRC error detected, xfs_sb block 0x0',
    ],
    ['EXT4-fs error (device vda): f:1: inode #8: comm swapper: iget: bad', 'EXT4-fs error (device vda): f:1: inode #8: iget: bad'],
  ])('is left out of %s', (line, expected) => expect(tellingLine(line)).toBe(expected));
});

describe('combinedExit', () => {
  const [missing, damaged] = [new Failure('a', EXIT.notFound, 'ENOENT'), new Failure('b', EXIT.unreadable, 'EUCLEAN')];
  it.each<[Failure[], number, number]>([
    [[], 2, EXIT.ok],
    [[missing], 0, EXIT.notFound],
    [[missing, missing], 0, EXIT.notFound],
    [[missing, damaged], 0, EXIT.partly],
    [[missing], 1, EXIT.partly],
    [[usageFailure('x')], 0, EXIT.usage],
  ])('%#', (failures, succeeded, code) => expect(combinedExit(failures, succeeded)).toBe(code));
});
