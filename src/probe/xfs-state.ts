// SPDX-License-Identifier: GPL-2.0-only
// Whether the last thing in the log of an xfs is the record of an unmount, as fs/xfs/xfs_log_recover.c finds out. Structs
// are those of fs/xfs/libxfs/xfs_format.h and xfs_log_format.h.
import {CLEAN, damaged, pending, UNKNOWN, type FileSystemState} from './state.ts';
import type {Head} from './types.ts';

/** The unit of the log, "basic block". */
const BLOCK = 512;

/** XLOG_HEADER_MAGIC_NUM */
const MAGIC = 0xfeedbabe;

/** Bytes of a record that one header block has room for (XLOG_HEADER_CYCLE_SIZE). */
const HEADER_CYCLES = 32 * 1024;

/** XLOG_UNMOUNT_TRANS */
const UNMOUNT = 0x20;

/** No record of one small transaction is longer, with the padding to the largest stripe unit. */
const LONGEST = 1024;

class Log {
  constructor(
    private readonly head: Head,
    private readonly start: number,
    /** In basic blocks. */
    readonly blocks: number,
  ) {}

  async read(block: number, count: number): Promise<Buffer> {
    const found = await this.head.read(this.start + block * BLOCK, count * BLOCK);
    if (!found) throw new RangeError('the log lies beyond the end');
    return found;
  }

  /** Each block carries the number of the round in which it was written. */
  async cycle(block: number): Promise<number> {
    const bytes = await this.read(block, 1);
    return bytes.readUInt32BE(0) === MAGIC ? bytes.readUInt32BE(4) : bytes.readUInt32BE(0);
  }

  /** The block behind the newest one; `blocks` when that is the last of the log. */
  async end(newest: number): Promise<number> {
    let [low, high] = [0, this.blocks];
    while (low + 1 < high) {
      const middle = Math.floor((low + high) / 2);
      if ((await this.cycle(middle)) === newest) low = middle;
      else high = middle;
    }
    return high;
  }
}

export async function xfsState(head: Head): Promise<FileSystemState> {
  const sb = head.near(0, 512);
  const blockSize = sb.readUInt32BE(4);
  // XFS_SB_FEAT_INCOMPAT_NEEDSREPAIR, where the superblock has features (version 5)
  if ((sb.readUInt16BE(100) & 15) === 5 && sb.readUInt32BE(216) & 16) return damaged('it is marked as needing repair');
  if (sb.readUInt8(126) !== 0) return damaged('it was not made to its end (mkfs)');
  const start = sb.readBigUInt64BE(48);
  const blocks = Math.floor((sb.readUInt32BE(96) * blockSize) / BLOCK);
  // A log on another device
  if (start === 0n || blocks < 2) return UNKNOWN;
  // XFS_FSB_TO_DADDR: number of the allocation group, and of the block in it
  const shift = BigInt(sb.readUInt8(124));
  const group = Number(start >> shift);
  const block = group * sb.readUInt32BE(84) + Number(start & ((1n << shift) - 1n));
  try {
    return await logState(new Log(head, block * blockSize, blocks));
  } catch (error) {
    if (error instanceof RangeError) return UNKNOWN;
    throw error;
  }
}

async function logState(log: Log): Promise<FileSystemState> {
  const dirty = pending('its log waits to be replayed');
  const newest = await log.cycle(0);
  // Zeroes: nothing was ever logged.
  if (newest === 0) return CLEAN;
  const end = await log.end(newest);
  // The record may have begun before the end of the log and gone on at its start.
  const before = Math.min(end, LONGEST);
  const wrapped = end < LONGEST ? Math.min(LONGEST - end, log.blocks - end) : 0;
  const bytes = Buffer.concat([await log.read(log.blocks - wrapped, wrapped), await log.read(end - before, before)]);
  for (let at = bytes.length - BLOCK; at >= 0; at -= BLOCK) {
    if (bytes.readUInt32BE(at) !== MAGIC) continue;
    // struct xlog_rec_header: h_version, h_len, h_num_logops, h_size
    const [version, length, operations] = [8, 12, 40].map((offset) => bytes.readUInt32BE(at + offset)) as [
      number,
      number,
      number,
    ];
    const size = version & 2 ? bytes.readUInt32BE(at + 320) : HEADER_CYCLES;
    const content = at + Math.max(1, Math.ceil(size / HEADER_CYCLES)) * BLOCK;
    const whole = content + Math.ceil(length / BLOCK) * BLOCK === bytes.length;
    // struct xlog_op_header: oh_flags
    return whole && operations === 1 && bytes.readUInt8(content + 9) & UNMOUNT ? CLEAN : dirty;
  }
  return dirty;
}
