// SPDX-License-Identifier: GPL-2.0-only
// Formats whose tools are seldom installed, from hand-made superblocks; and things that are nothing at all.
import {describe, expect, it} from 'vitest';
import {probeContent, type Source} from '../../src/probe/index.ts';

const KIB = 1024;

function source(size: number, ...parts: [at: number, bytes: string | Buffer][]): Source {
  const whole = Buffer.alloc(size);
  for (const [at, bytes] of parts) whole.set(Buffer.from(bytes as string, 'latin1'), at);
  return {size, read: async (offset, length) => whole.subarray(offset, offset + length)};
}

function bytes(size: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(size);
  write(buffer);
  return buffer;
}

const ID = Buffer.from('0123456789abcdef0123456789abcdef', 'hex');
const UUID = '01234567-89ab-cdef-0123-456789abcdef';

describe('probeContent', () => {
  it('names an LVM2 physical volume', async () => {
    const label = bytes(512, (b) => {
      b.write('LABELONE', 0);
      b.writeUInt32LE(32, 20);
      b.write('LVM2 001', 24);
      b.write('abcdefghijklmnopqrstuvwxyzABCDEF', 32);
    });
    expect(await probeContent(source(64 * KIB, [512, label]))).toEqual({
      type: 'LVM2_member',
      usage: 'raid',
      version: 'LVM2 001',
      uuid: 'abcdef-ghij-klmn-opqr-stuv-wxyz-ABCDEF',
    });
  });

  it.each([
    ['1.2', 4 * KIB],
    ['1.1', 0],
    ['1.0', 256 * KIB - 8 * KIB],
  ])('names a RAID member with metadata %s', async (version, at) => {
    const sb = bytes(256, (b) => {
      b.writeUInt32LE(0xa92b4efc, 0);
      b.writeUInt32LE(1, 4);
      ID.copy(b, 16);
      b.write('host:array', 32);
      b.writeUInt32LE(3, 92);
    });
    expect(await probeContent(source(256 * KIB, [at, sb]))).toEqual({
      type: 'linux_raid_member',
      usage: 'raid',
      version,
      uuid: UUID,
      label: 'host:array',
      devices: 3,
    });
  });

  it('names a RAID member with metadata 0.90', async () => {
    const sb = bytes(256, (b) => {
      b.writeUInt32LE(0xa92b4efc, 0);
      b.writeUInt32LE(90, 8);
      b.writeUInt32LE(0x01020304, 20);
    });
    expect(await probeContent(source(200 * KIB, [128 * KIB, sb]))).toMatchObject({
      type: 'linux_raid_member',
      version: '0.90.0',
      uuid: '01020304-0000-0000-0000-000000000000',
    });
  });

  it.each([
    ['BitLocker', 'crypto', 3, '-FVE-FS-'],
    ['apfs', 'filesystem', 32, 'NXSB'],
    ['swap', 'other', 4086, 'SWAPSPACE2'],
    ['swap', 'other', 65526, 'SWAPSPACE2'],
    ['bcachefs', 'filesystem', 4120, '\xc6\x85\x73\xf6\x66\xce\x90\xa9\xd9\x6a\x60\xcf\x80\x3d\xf7\xef'],
    ['ReFS', 'filesystem', 0, '\0\0\0ReFS\0'],
    ['iso9660', 'filesystem', 32777, 'CDROM'],
    ['squashfs3', 'filesystem', 0, 'sqsh'],
  ])('names %s', async (type, usage, at, magic) => {
    expect(await probeContent(source(128 * KIB, [at, magic]))).toMatchObject({type, usage});
  });

  it('names a ZFS pool by its ring of uberblocks', async () => {
    const ring: [number, Buffer][] = [0, 1, 2, 3].map((slot) => [
      128 * KIB + slot * KIB,
      bytes(8, (b) => b.writeBigUInt64LE(0x00bab10cn)),
    ]);
    expect(await probeContent(source(512 * KIB, ...ring))).toEqual({type: 'zfs_member', usage: 'raid'});
    expect(await probeContent(source(512 * KIB, ring[0]!))).toBeUndefined();
  });

  it('reads the name of an HFS+ volume out of its catalog', async () => {
    const header = bytes(512, (b) => {
      b.write('H+', 0);
      b.writeUInt32BE(4096, 40);
      b.writeUInt32BE(64, 44);
      b.writeBigUInt64BE(0x1122334455667788n, 104);
      b.writeUInt32BE(2, 288);
      b.writeUInt32BE(4, 292);
    });
    const node = bytes(512, (b) => {
      b.writeUInt32BE(1, 14 + 10);
      b.writeUInt16BE(4096, 14 + 18);
    });
    const leaf = bytes(512, (b) => {
      b.writeUInt32BE(1, 14 + 2);
      b.writeUInt16BE(3, 14 + 6);
      Buffer.from('Mac', 'utf16le')
        .swap16()
        .copy(b, 14 + 8);
    });
    const parts: [number, Buffer][] = [
      [KIB, header],
      [2 * 4096, node],
      [3 * 4096, leaf],
    ];
    expect(await probeContent(source(256 * KIB, ...parts))).toEqual({
      type: 'hfsplus',
      usage: 'filesystem',
      label: 'Mac',
      uuid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-3[0-9a-f]{3}-/),
      size: 64 * 4096,
    });
  });

  it('prefers a container to what shows through it', async () => {
    const xfsInside: [number, string] = [0, 'XFSB'];
    const sb = bytes(256, (b) => {
      b.writeUInt32LE(0xa92b4efc, 0);
      b.writeUInt32LE(1, 4);
    });
    expect(await probeContent(source(256 * KIB, xfsInside, [256 * KIB - 8 * KIB, sb]))).toMatchObject({
      type: 'linux_raid_member',
    });
  });

  it.each([
    ['nothing', 0],
    ['one byte', 1],
    ['a sector of zeroes', 512],
    ['zeroes', 256 * KIB],
  ])('finds nothing in %s', async (_, size) => expect(await probeContent(source(size))).toBeUndefined());

  it('does not trip over noise, or over magic numbers without what belongs to them', async () => {
    const magics: [number, string][] = [
      [0, '\xeb\x3c\x90'],
      [3, 'NTFS    '],
      [3, 'EXFAT   '],
      [510, '\x55\xaa'],
      [1024 + 56, '\x53\xef'],
      [1024, 'H+'],
      [1024, 'BD'],
      [32769, 'CD001'],
      [65536 + 64, '_BHRfS_M'],
    ];
    for (let seed = 1; seed <= 60; seed++) {
      let state = seed;
      const noise = Buffer.from(
        Array.from({length: 80 * KIB}, () => (state = (state * 1103515245 + 12345) & 0x7fffffff) >> 16),
      );
      const magic = magics[seed % magics.length]!;
      await expect(probeContent(source(80 * KIB, [0, noise], magic))).resolves.not.toThrow();
    }
  });
});
