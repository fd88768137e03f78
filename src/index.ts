// SPDX-License-Identifier: GPL-2.0-only
// The library: `await using image = await open('disk.img')`, then `image.volume()` for an fs.promises-shaped view.
export {open, type Image, type ImagePartition, type OpenOptions} from './image.ts';
export type {Volume, ReaddirOptions} from './volume.ts';
export type {FileHandle} from './file-handle.ts';
export type {ReadStreamOptions} from './read-stream.ts';
export type {VolumeStats} from './statx.ts';
export type {VolumeStatFs} from './statfs.ts';
export type {VolumeDirent, Entry} from './dirents.ts';
export type {Content} from './probe/index.ts';
export type {Place} from './selection.ts';
export {KdiskError} from './errors.ts';
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
