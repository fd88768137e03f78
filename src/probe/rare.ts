// SPDX-License-Identifier: GPL-2.0-only
// File systems of other systems that the kernel reads and few people meet; named by their magic numbers in
// include/uapi/linux/magic.h and the headers of each driver.
import {present, text} from './bytes.ts';
import type {Content, Head, Probe} from './types.ts';

type Found = Partial<Content> | undefined;

/** fs/befs/befs_fs_types.h: the name is the first field of the superblock, 32 bytes before the magic */
function befs(head: Head, at: number): Found {
  return present<Partial<Content>>({label: text(head.near(at - 32, 32))});
}

/** include/uapi/linux/bfs_fs.h, struct bfs_super_block */
function bfs(head: Head): Found {
  const sb = head.near(0, 512);
  const [start, end] = [sb.readUInt32LE(4), sb.readUInt32LE(8)];
  return start < 512 || end < start ? undefined : {size: end + 1};
}

/** fs/ufs/ufs_fs.h: two generations, in the byte order of the machine. The driver must be told which (mount-options.ts). */
function ufs(head: Head, at: number): Found {
  const magic = head.near(at, 4).readUInt32BE(0);
  const bigEndian = magic === 0x00011954 || magic === 0x19540119;
  const id = head.near(at - 1372 + 144, 8);
  const word = (offset: number) =>
    (bigEndian ? id.readUInt32BE(offset) : id.readUInt32LE(offset)).toString(16).padStart(8, '0');
  return {version: magic === 0x19540119 || magic === 0x19015419 ? '2' : '1', uuid: word(0) + word(4)};
}

/** fs_magic at byte 1372 of the superblock, which lies at 8 KiB (1) or 64 KiB (2) */
const UFS_MAGICS = [8192, 65536].flatMap((at) =>
  ['\x54\x19\x01\x00', '\x19\x01\x54\x19', '\x00\x01\x19\x54', '\x19\x54\x01\x19'].map((bytes) => ({
    at: at + 1372,
    bytes,
  })),
);

const DOS_KINDS = ['\0', '\x01', '\x02', '\x03', '\x04', '\x05', '\x06', '\x07'];

export const rareProbes: Probe[] = [
  {type: 'ufs', usage: 'filesystem', magic: UFS_MAGICS, parse: ufs},
  {type: 'bfs', usage: 'filesystem', magic: [{at: 0, bytes: '\xce\xfa\xad\x1b'}], parse: bfs},
  {
    type: 'befs',
    usage: 'filesystem',
    magic: [
      {at: 32, bytes: 'BFS1'},
      {at: 32, bytes: '1SFB'},
      {at: 512 + 32, bytes: '1SFB'},
    ],
    parse: befs,
  },
  {type: 'affs', usage: 'filesystem', magic: DOS_KINDS.map((kind) => ({at: 0, bytes: `DOS${kind}`}))},
  // A volume of IRIX without the volume header, which is a partition table.
  {
    type: 'efs',
    usage: 'filesystem',
    magic: ['\x00\x07\x29\x59', '\x00\x07\x29\x5a'].map((bytes) => ({at: 512 + 28, bytes})),
  },
  {type: 'hpfs', usage: 'filesystem', magic: [{at: 16 * 512, bytes: '\x49\xe8\x95\xf9'}]},
  {type: 'omfs', usage: 'filesystem', magic: [{at: 272, bytes: '\xc2\x99\x3d\x87'}]},
  {
    type: 'qnx6',
    usage: 'filesystem',
    magic: ['\x22\x11\x19\x68', '\x68\x19\x11\x22'].map((bytes) => ({at: 8192, bytes})),
  },
  {
    type: 'sysv',
    usage: 'filesystem',
    magic: ['\x20\x7e\x18\xfd', '\xfd\x18\x7e\x20'].map((bytes) => ({at: 512 + 504, bytes})),
  },
];
