// SPDX-License-Identifier: GPL-2.0-only
// Names of commands that people try because another tool has them.
import {printable} from '../format/name.ts';

const HABITS: [command: string, names: string][] = [
  ['cat', 'print type more less head tail read'],
  ['chown :GROUP', 'chgrp'],
  ['cp', 'get put copy add write export import upload download'],
  ['cp -r" or "kdisk tar -c', 'extract unpack dump rdump x'],
  ['find', 'search locate'],
  ['fsck', 'check e2fsck repair chkdsk verify scrub'],
  ['info', 'fdisk parted blkid lsblk probe inspect'],
  ['ln', 'symlink link'],
  ['ls -l', 'dir list ll'],
  ['ls --tree', 'tree'],
  ['mv', 'rename ren move'],
  ['rm', 'del delete remove unlink erase'],
  ['rm -d', 'rmdir'],
  ['run', 'batch script shell exec source'],
  ['stat', 'lsattr file show'],
  ['sum', 'md5sum sha1sum sha256sum sha512sum b2sum checksum hash'],
  ['tar -x', 'untar'],
  ['xattr', 'getfattr setfattr attr getfacl setfacl getcap setcap'],
];

/** What to say about a command that does not exist. */
export function unknownCommand(name: string, commands: object): string {
  const start = `there is no command "${printable(name)}"`;
  const habit = HABITS.find(([, names]) => names.split(' ').includes(name))?.[0];
  if (habit && Object.hasOwn(commands, habit.split(/\W/)[0]!)) return `${start}; what you want may be "kdisk ${habit}"`;
  return `${start}; there are ${Object.keys(commands).join(', ')} (kdisk --help)`;
}
