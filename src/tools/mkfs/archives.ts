// SPDX-License-Identifier: GPL-2.0-only
// Types that are made in one go with what is in them, from a tar archive: squashfs by sqfstar(1), EROFS by mkfs.erofs(1).
import {checkBlockSize, checkLabel, checkNone, checkUuid} from './names.ts';
import type {Driver} from './types.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const PAGE = 4096;

const rounded = (bytes: number) => Math.ceil(bytes / PAGE) * PAGE;

export const squashfs: Driver = {
  tool: 'sqfstar',
  randomUuid: false,
  fromArchive: true,
  least: PAGE,
  check({label, uuid, blockSize}) {
    checkNone('squashfs', 'label', label);
    checkNone('squashfs', 'UUID', uuid);
    checkBlockSize('squashfs', blockSize, 4 * KIB, MIB);
  },
  call({blockSize, native}) {
    return {
      tool: 'sqfstar',
      args: [
        ...['-force', '-no-progress', '-processors', '1'],
        ...(blockSize === undefined ? [] : ['-b', String(blockSize)]),
        ...native,
        '/disk',
      ],
    };
  },
  // fs/squashfs/squashfs_fs.h: bytes_used
  used: (superblock) => rounded(Number(superblock.readBigUInt64LE(40))),
};

export const erofs: Driver = {
  tool: 'mkfs.erofs',
  randomUuid: true,
  fromArchive: true,
  least: PAGE,
  check({label, uuid, blockSize}) {
    checkLabel('erofs', label, {most: 15, unit: 'byte'});
    checkUuid('erofs', uuid);
    checkBlockSize('erofs', blockSize, 512, 64 * KIB);
  },
  call({label, uuid, blockSize, native}) {
    return {
      tool: 'mkfs.erofs',
      args: [
        '--tar=f',
        // The kernel's driver takes blocks of a page at most; on wasm a page would be 64 KiB.
        `-b${blockSize ?? PAGE}`,
        ...(label === undefined ? [] : ['-L', label]),
        ...(uuid === undefined ? [] : ['-U', uuid]),
        ...native,
        '/disk',
      ],
    };
  },
  // fs/erofs/erofs_fs.h: blkszbits, blocks (of the superblock, at 1024)
  used: (superblock) => superblock.readUInt32LE(1024 + 36) * 2 ** superblock.readUInt8(1024 + 12),
};
