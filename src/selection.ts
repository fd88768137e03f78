// SPDX-License-Identifier: GPL-2.0-only
// Which file system of an image is meant: by selectors, or because there is only one. Errors list what could be pasted.
import {KdiskError} from './errors.ts';
import {formatAddress, formatSelector, type Selector} from './image-path.ts';
import {isMountable} from './mount-options.ts';
import type {Content} from './probe/index.ts';

/** A place in an image that holds something known. */
export interface Place {
  selector: Selector;
  content: Content;
  /** Bytes. */
  size: bigint;
  /** Block device in the kernel. */
  device: string;
}

/** The part of an Image that a choice is made from. */
export interface Choosable {
  path: string;
  size: bigint;
  device: string;
  content: Content | undefined;
  partitionTable: {kind: string} | undefined;
  partitions: {number: number; size: bigint; device: string; content: Content | undefined}[];
}

export function candidates(image: Choosable): Place[] {
  const {content, size, device} = image;
  const whole: Place[] = content ? [{selector: {kind: 'disk'}, content, size, device}] : [];
  const parts = image.partitions.flatMap(({number, size, device, content}): Place[] =>
    content ? [{selector: {kind: 'partition', number}, content, size, device}] : [],
  );
  return [...whole, ...parts];
}

/** Case does not matter, nor do the dashes that other tools leave out. */
const plain = (id: string | undefined) => id?.replaceAll('-', '').toLowerCase();

function matches(place: Place, selector: Selector): boolean {
  switch (selector.kind) {
    case 'disk':
      return place.selector.kind === 'disk';
    case 'partition':
      return place.selector.kind === 'partition' && place.selector.number === selector.number;
    case 'label':
      return place.content.label === selector.value;
    case 'uuid':
      return plain(place.content.uuid) === plain(selector.value);
  }
}

function list(image: Choosable, places: Place[]): string {
  return places
    .map(({selector, content}) => {
      const label = content.label === undefined ? '' : ` "${content.label}"`;
      return `${formatAddress(image.path, [selector], '/')} (${content.type}${label})`;
    })
    .join(', ');
}

const mountable = (place: Place) => place.content.usage === 'filesystem' && isMountable(place.content.type);

/** One place that can be mounted, or an error that tells what is there instead. */
export function choose(image: Choosable, selectors: Selector[]): Place {
  const places = candidates(image);
  const found = places.filter((place) => selectors.every((selector) => matches(place, selector)));
  if (found.length === 0) throw nothingFound(image, places, selectors);
  const good = found.filter(mountable);
  if (good.length === 0) throw cannotOpen(image, found);
  // A bootable CD carries a partition table for firmware; what is meant is the disc.
  const disc = good.find(({selector, content}) => selector.kind === 'disk' && /^(?:iso9660|udf)$/.test(content.type));
  if (good.length === 1 || disc) return disc ?? good[0]!;
  throw new KdiskError(
    'ERR_AMBIGUOUS_VOLUME',
    `${image.path} holds ${good.length} file systems; choose one: ${list(image, good)}`,
    {path: image.path},
  );
}

function nothingFound(image: Choosable, places: Place[], selectors: Selector[]): KdiskError {
  const {path} = image;
  const wanted = selectors.map(formatSelector).join('');
  const number = selectors.find((selector) => selector.kind === 'partition')?.number;
  const existing = image.partitions.find((partition) => partition.number === number);
  if (existing && selectors.length === 1) {
    return new KdiskError(
      'ERR_NO_FILE_SYSTEM',
      `${path}${wanted}: no known file system in partition ${number} (${existing.size} bytes); "kdisk info" shows what there is`,
      {path},
    );
  }
  if (selectors.length > 0 && selectors[0]!.kind !== 'disk') {
    const numbers = image.partitions.map((partition) => `@p${partition.number}`).join(', ');
    const there =
      places.length > 0 ? `it holds ${list(image, places)}` : numbers ? `it has ${numbers}` : 'it has no partitions';
    return new KdiskError('ERR_NO_SUCH_VOLUME', `${path} has nothing that is ${wanted}; ${there}`, {path});
  }
  const table = image.partitionTable;
  const looked = table
    ? `its ${table.kind} partition table leads to no known file system`
    : 'neither a partition table nor a known file system was found';
  return new KdiskError(
    'ERR_NO_FILE_SYSTEM',
    `${path}: ${looked} in ${image.size} bytes; is it all of the raw image of a disk or partition?`,
    {path},
  );
}

const WHY: Record<string, string> = {
  LVM2_member: 'it is a physical volume of LVM2, and logical volumes are not supported yet',
  linux_raid_member: 'it is one member of a Linux RAID array, and arrays are not supported yet',
  zfs_member: 'it is part of a ZFS pool, for which the kernel has no driver',
  swap: 'it is swap space, which holds no files',
  jbd: 'it is the external journal of another file system',
  squashfs3: 'the kernel reads squashfs from version 4.0 on',
  ...Object.fromEntries(
    ['qcow2', 'vmdk', 'vdi', 'vhdx', 'vpc'].map((type) => [
      type,
      'kdisk reads raw images; make one of it: qemu-img convert -O raw',
    ]),
  ),
  gzip: 'decompress it first: gzip -dk',
  xz: 'decompress it first: xz -dk',
  zstd: 'decompress it first: zstd -d',
  zip: 'take the image out of it first: unzip',
};

/** What can be done outside. */
const UNLOCK: Record<string, string> = {
  crypto_LUKS: '; "cryptsetup open --readonly" makes a device of it that kdisk reads',
  BitLocker: '; "cryptsetup open --readonly --type bitlk" makes a device of it that kdisk reads',
};

function cannotOpen(image: Choosable, places: Place[]): KdiskError {
  const {path} = image;
  const {selector, content} = places.find(({content}) => content.usage === 'filesystem') ?? places[0]!;
  const where = selector.kind === 'disk' ? path : formatAddress(path, [selector]);
  if (content.usage === 'crypto') {
    return new KdiskError(
      'ERR_ENCRYPTED',
      `${where} is encrypted (${content.type}), and opening it with a key is not supported yet${UNLOCK[content.type] ?? ''}`,
      {path},
    );
  }
  const why = WHY[content.type] ?? 'the kernel has no driver for it';
  return new KdiskError('ERR_UNSUPPORTED', `${where} holds ${content.type}, which cannot be opened: ${why}`, {path});
}
