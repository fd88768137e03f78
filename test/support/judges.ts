// SPDX-License-Identifier: GPL-2.0-only
// File systems made and judged by the tools of their own projects.
import {spawnSync} from 'node:child_process';
import {emptyImage, tool, toolEnvironment} from './tools.ts';

const MIB = 1024 * 1024;

interface Judged {
  /** Command that makes one; the image's path follows. */
  mkfs: string[];
  /** The least that mkfs takes without complaint, with some room. */
  mebibytes: number;
  /** Command that finds every inconsistency and repairs none; the image's path follows. */
  fsck: string[];
}

const FILE_SYSTEMS = {
  // Values of extended attributes may be as long as the VFS allows.
  ext4: {mkfs: ['mke2fs', '-q', '-F', '-t', 'ext4', '-b', '4096', '-O', 'ea_inode'], mebibytes: 96, fsck: ['e2fsck', '-fn']},
  xfs: {mkfs: ['mkfs.xfs', '-q', '-f'], mebibytes: 320, fsck: ['xfs_repair', '-n']},
  btrfs: {mkfs: ['mkfs.btrfs', '-q', '-f'], mebibytes: 256, fsck: ['btrfs', 'check', '--readonly', '--check-data-csum']},
  f2fs: {
    mkfs: ['mkfs.f2fs', '-q', '-f', '-O', 'extra_attr,inode_crtime,flexible_inline_xattr,compression'],
    mebibytes: 128,
    fsck: ['fsck.f2fs', '--dry-run'],
  },
  vfat: {mkfs: ['mkfs.vfat', '-F', '32'], mebibytes: 64, fsck: ['fsck.vfat', '-n']},
  exfat: {mkfs: ['mkfs.exfat'], mebibytes: 64, fsck: ['fsck.exfat', '-n']},
  ntfs: {mkfs: ['mkntfs', '-F', '-Q', '-q'], mebibytes: 64, fsck: ['ntfsfix', '-n']},
} satisfies Record<string, Judged>;

export type Type = keyof typeof FILE_SYSTEMS;

/** An empty file system in a sparse file. */
export function makeFileSystem(type: Type, path: string, mebibytes: number = FILE_SYSTEMS[type].mebibytes): string {
  const [program, ...args] = FILE_SYSTEMS[type].mkfs;
  emptyImage(path, mebibytes * MIB);
  tool(program!, [...args, path]);
  return path;
}

/** What the file system's own checker says of an image, '' when it finds it sound. */
export function unsound(type: Type, image: string): string {
  const [program, ...args] = FILE_SYSTEMS[type].fsck;
  const {status, stdout, stderr, error} = spawnSync(program!, [...args, image], {env: toolEnvironment, encoding: 'utf8'});
  if (error) throw error;
  const said = `${program} ended with ${status}:\n${stdout}${stderr}`;
  // Some end with 0 whatever they find, but say so.
  const found = /\[(ASSERT|FIX|Fail)\]|\bcorrupt(?!ed bugs)|inconsisten|\bdirty|valuable metadata|skipping journal recovery|differences between boot sector/i;
  return status !== 0 || found.test(stdout + stderr) ? said : '';
}
