// SPDX-License-Identifier: GPL-2.0-only
// struct statfs of a 64-bit kernel (include/uapi/asm-generic/statfs.h) as Node's fs.BigIntStatFs has it.

export const STATFS_SIZE = 120;

export interface VolumeStatFs {
  /** Magic number of include/uapi/linux/magic.h. */
  type: bigint;
  /** Unit of the block counts, bytes. */
  bsize: bigint;
  blocks: bigint;
  bfree: bigint;
  /** Free for a user without privileges. */
  bavail: bigint;
  files: bigint;
  ffree: bigint;
  /** Longest file name, bytes. */
  namelen: bigint;
  /** It is mounted so that nothing can be changed. */
  readOnly: boolean;
}

/** ST_RDONLY of include/linux/statfs.h */
const READ_ONLY = 1n;

export function decodeStatfs(bytes: Uint8Array): VolumeStatFs {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (index: number) => view.getBigUint64(index * 8, true);
  return {
    type: word(0),
    // Blocks are counted in f_frsize; drivers that leave it 0 count in f_bsize.
    bsize: word(9) || word(1),
    blocks: word(2),
    bfree: word(3),
    bavail: word(4),
    files: word(5),
    ffree: word(6),
    namelen: word(8),
    readOnly: (word(10) & READ_ONLY) !== 0n,
  };
}
