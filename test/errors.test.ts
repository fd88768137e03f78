// SPDX-License-Identifier: GPL-2.0-only
// Errors have the shape of Node's, with Linux numbers on every host.
import {constants} from 'node:os';
import {describe, expect, it} from 'vitest';
import {describeErrno, errnoOf} from '../src/errno.ts';
import {KdiskError, systemError} from '../src/errors.ts';

describe('systemError', () => {
  it('looks like an error of node:fs', () => {
    const error = systemError(-2, 'open', '/x');
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(KdiskError);
    expect(error).toMatchObject({
      name: 'KdiskError',
      message: "ENOENT: no such file or directory, open '/x'",
      code: 'ENOENT',
      errno: -2,
      syscall: 'open',
      path: '/x',
    });
    expect(error).not.toHaveProperty('kernelLog');
  });

  it('carries the log of the kernel', () => {
    expect(systemError(-117, 'mount', '/dev/vda', {kernelLog: 'EXT4-fs (vda): bad'}).kernelLog).toBe('EXT4-fs (vda): bad');
  });

  it('takes paths as bytes, and none', () => {
    expect(systemError(-13, 'open', Buffer.from('/a')).path).toBe('/a');
    expect(systemError(-5, 'read').message).toBe('EIO: i/o error, read');
  });
});

describe('the table of errors', () => {
  it('has the numbers that file systems use', () => {
    for (const [code, number] of Object.entries({
      EUCLEAN: 117,
      EBADMSG: 74,
      ENOKEY: 126,
      EOPNOTSUPP: 95,
      EDQUOT: 122,
      ELOOP: 40,
    })) {
      expect(describeErrno(number).code).toBe(code);
      expect(describeErrno(-number).code).toBe(code);
      expect(errnoOf(code)).toBe(number);
    }
  });

  it.runIf(process.platform === 'linux')('agrees with Node on Linux', () => {
    for (const [code, number] of Object.entries(constants.errno)) {
      // Other names of numbers that are in the table under the first
      if (['EWOULDBLOCK', 'ENOTSUP'].includes(code)) continue;
      expect([code, errnoOf(code)]).toEqual([code, number]);
    }
  });

  it('does not fail for a number that it does not know', () => {
    expect(describeErrno(-4095)).toEqual({code: 'E4095', text: 'unknown error 4095'});
  });
});
