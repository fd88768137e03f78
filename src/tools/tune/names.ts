// SPDX-License-Identifier: GPL-2.0-only
// Which tool of which type sets a label or a UUID, and with which words.
import {randomBytes, randomUUID} from 'node:crypto';
import type {MkfsType} from '../mkfs/types.ts';
import type {ToolCall} from '../run.ts';

/** How a new name gets into one type. */
export interface Naming {
  /** @param label '' clears it */
  label?: (label: string) => ToolCall;
  uuid?: (uuid: string) => ToolCall;
  /** A UUID as the type has them. */
  random: () => string;
  /** Of a UUID that `mkfs` has no word in. */
  form?: {pattern: RegExp; words: string};
  /** Checked before, because the tool wants to know it sound. */
  checked?: true;
  /** Why one of the two cannot be set. */
  reason?: string;
}

const call = (tool: string, ...args: string[]): ToolCall => ({tool, args});

/** The volume number of FAT and exFAT. */
const serial = () => `${randomBytes(2).toString('hex')}-${randomBytes(2).toString('hex')}`.toUpperCase();

const digits = (uuid: string) => uuid.replace('-', '').toLowerCase();

const ext: Naming = {
  label: (label) => call('tune2fs', '-L', label, '/disk'),
  uuid: (uuid) => call('tune2fs', '-U', uuid, '/disk'),
  random: randomUUID,
  // With checksums, tune2fs wants a check that is newer than the last mount.
  checked: true,
};

const NAMINGS: Partial<Record<string, Naming>> = {
  ext2: ext,
  ext3: ext,
  ext4: ext,
  btrfs: {
    label: (label) => call('btrfs', 'filesystem', 'label', '/disk', label),
    // All metadata is written anew: the short way (-M) asks for a feature that older kernels lack.
    uuid: (uuid) => call('btrfstune', '-f', '-U', uuid, '/disk'),
    random: randomUUID,
  },
  xfs: {
    label: (label) => call('xfs_db', '-x', '-p', 'xfs_admin', '-c', `label ${label === '' ? '--' : label}`, '/disk'),
    uuid: (uuid) => call('xfs_db', '-x', '-p', 'xfs_admin', '-c', `uuid ${uuid}`, '/disk'),
    random: randomUUID,
  },
  vfat: {
    label: (label) => (label === '' ? call('fatlabel', '-r', '/disk') : call('fatlabel', '/disk', label)),
    uuid: (uuid) => call('fatlabel', '-i', '/disk', digits(uuid)),
    random: serial,
  },
  exfat: {
    label: (label) => call('tune.exfat', '-L', label, '/disk'),
    uuid: (uuid) => call('tune.exfat', '-I', `0x${digits(uuid)}`, '/disk'),
    random: serial,
  },
  f2fs: {
    label: (label) => call('f2fslabel', '/disk', label),
    random: randomUUID,
    reason: 'no tool of f2fs changes its UUID; "kdisk mkfs --uuid" gives one to a new file system',
  },
  ntfs: {
    label: (label) => call('ntfslabel', '/disk', label),
    uuid: (uuid) => call('ntfslabel', `--new-serial=${uuid}`, '/disk'),
    random: () => randomBytes(8).toString('hex').toUpperCase(),
    form: {pattern: /^[0-9a-f]{16}$/i, words: '16 hexadecimal digits'},
  },
  squashfs: {random: randomUUID, reason: 'squashfs has neither label nor UUID'},
  erofs: {random: randomUUID, reason: 'an erofs is made once, and never changed; "kdisk mkfs" makes another'},
};

/** Undefined for a type that is none of them. */
export function namingOf(type: string): Naming | undefined {
  return Object.hasOwn(NAMINGS, type) ? NAMINGS[type] : undefined;
}

/** Types as `mkfs` knows them, whose limits hold here, too. */
export function isMkfsType(type: string): type is MkfsType {
  return namingOf(type) !== undefined;
}
