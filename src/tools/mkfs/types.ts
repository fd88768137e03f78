// SPDX-License-Identifier: GPL-2.0-only
// What is asked of a new file system, and what each type of it has to know to make one.
import {KdiskError} from '../../errors.ts';
import type {ToolCall} from '../run.ts';
import type {Measure} from './measure.ts';

/** Those that can be asked for, as blkid(8) names them. */
export const TYPES = [
  'ext2',
  'ext3',
  'ext4',
  'btrfs',
  'xfs',
  'vfat',
  'exfat',
  'f2fs',
  'ntfs',
  'squashfs',
  'erofs',
] as const;

export type MkfsType = (typeof TYPES)[number];

/** One file system to be made, checked and complete. */
export interface Wish {
  type: MkfsType;
  label?: string;
  uuid?: string;
  /** Bytes of a block, or of a cluster where the type has those. */
  blockSize?: number;
  /** Seconds since 1970 that clocks in the tools and in the kernel show. */
  timestamp?: number;
  /** Options for the tool itself, behind ours. */
  native: string[];
  /** Bytes of the disk ... */
  size: number;
  /** ... and where it begins, when it is a partition of a larger one. */
  start: number;
  /** The size was chosen so that `measure` fits. */
  automatic: boolean;
  /** What will be copied into it, where that is known. */
  measure?: Measure;
  /** How many inodes are needed, where the tool's own number may be too small (ext). */
  inodes?: number;
}

/** What an automatic size has to leave room for. */
export interface Room {
  measure: Measure;
  blockSize?: number;
  native: string[];
  /** Bytes that stay free. */
  free: number;
}

export interface Driver {
  /** Name of the program in tools/build. */
  tool: string;
  /** Refuses a label, UUID or block size that the type cannot have, before anything is written. */
  check(wish: Pick<Wish, 'type' | 'label' | 'uuid' | 'blockSize'>): void;
  /** The type has a UUID that is chosen at random unless one is given. */
  randomUuid: boolean;
  call(wish: Wish): ToolCall;
  /** Runs after it, where the tool itself cannot do all that was asked. */
  after?(wish: Wish): ToolCall | undefined;
  /** The least that the type can have, bytes. */
  least: number;
  /** Bytes that are enough for what is measured; undefined for those that are made in one go with their content. */
  estimate?(room: Room): number;
  /** Made by the tool from a tar archive on its standard input; never mounted for writing. */
  fromArchive?: true;
  /** Bytes that the finished image has, from its superblock; for those made from an archive. */
  used?(superblock: Buffer): number;
  /** Has neither owners nor permission bits nor extended attributes. */
  plain?: true;
  /** Files have no holes. */
  noHoles?: true;
  /** The largest file, bytes. */
  mostBytes?: number;
  /** The most 32-byte slots that a directory of FAT can have. */
  mostSlots?: number;
}

/** A wish that cannot be granted; one sentence. */
export function wrong(message: string): KdiskError {
  return new KdiskError('ERR_USAGE', message);
}
