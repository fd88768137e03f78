// SPDX-License-Identifier: GPL-2.0-only
// The library. `await using image = await open('disk.img')`, then `image.volume()` gives a view with the shape of
// fs.promises; with `open(path, {write: true})` it can be changed, and `image.close()` tells whether all is in the file.
//
// Units: bytes; times in nanoseconds where a name ends in Ns, in milliseconds where in Ms. Paths inside a volume are
// strings or, for names that are no UTF-8, Buffers. Failures are KdiskError with `code`, `errno` (negative), `syscall`,
// `path` and `dest` as Node has them, and `kernelLog` where the kernel said more; wrong arguments are TypeError or
// RangeError; an AbortSignal makes AbortError. One kernel runs in each process, for all images and worker threads.
export {open, type Image, type ImagePartition, type OpenOptions} from './image.ts';
export type {Volume} from './volume.ts';
export type {ReaddirOptions} from './volume-read.ts';
export type {CreateOptions, MkdirOptions, RmOptions} from './volume-write.ts';
export type {FollowOptions, SetXattrOptions} from './xattrs.ts';
export type {FileHandle, ReadFileOptions, ReadOptions, WriteFileOptions} from './file-handle.ts';
export type {VolumeDir} from './volume-dir.ts';
export type {WalkEntry, WalkOptions} from './walk.ts';
export type {FileContent} from './content.ts';
export type {OpenFlag} from './open-flags.ts';
export type {Time, TimesNs} from './times.ts';
export type {Path} from './caller.ts';
export type {ReadStreamOptions, WriteStreamOptions} from './streams.ts';
export type {VolumeStats} from './statx.ts';
export type {VolumeStatFs} from './statfs.ts';
export type {VolumeDirent, Entry} from './dirents.ts';
export type {Content} from './probe/index.ts';
export type {FileSystemState} from './probe/state.ts';
export type {Place} from './selection.ts';
export {
  copy,
  type CopyLoss,
  type CopyOptions,
  type CopyPair,
  type CopyProblem,
  type CopyProgress,
  type CopyResult,
} from './copy.ts';
export {
  fsck,
  type ChangedField,
  type FsckOptions,
  type FsckPass,
  type FsckPreview,
  type FsckProblem,
  type FsckProgress,
  type FsckResult,
  type TreeChange,
} from './fsck.ts';
export {label, setLabel, setUuid, uuid, type ChangeOptions, type NameResult} from './label.ts';
export {mkfs, type MkfsOptions, type MkfsProgress, type MkfsResult, type MkfsType} from './mkfs.ts';
export type {ArchiveProblem} from './tools/mkfs/fill.ts';
export {AbortError, KdiskError} from './errors.ts';
export {
  AddressError,
  formatAddress,
  parseAddress,
  parseImageAddress,
  parseImageName,
  type Address,
  type ImageAddress,
  type ImageName,
  type Selector,
} from './image-path.ts';
