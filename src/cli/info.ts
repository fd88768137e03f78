// SPDX-License-Identifier: GPL-2.0-only
// What `info` tells of an image: the partition table and each place that may hold files, with how full it is.
import type {Image, ImagePartition} from '../image.ts';
import {formatAddress, formatSelector, type Selector} from '../image-path.ts';
import {isMountable} from '../mount-options.ts';
import type {Content} from '../probe/index.ts';
import type {Place} from '../selection.ts';
import type {VolumeStatFs} from '../statfs.ts';
import {cutShortFailure} from './failure.ts';
import type {Session} from './session.ts';

export interface Usage {
  /** Bytes in all, used, and free for a user without privileges. */
  total: bigint;
  used: bigint;
  available: bigint;
}

export interface InfoPlace {
  /** To be put behind the image's name: "@p1"; "@disk" for the image as a whole. */
  selector: string;
  /** Bytes from the start of the image. */
  start: bigint;
  size: bigint;
  /** Type in the partition table. */
  type?: string;
  typeName?: string;
  name?: string;
  partitionUuid?: string;
  bootable?: boolean;
  /** What is in it; null when nothing known. */
  content: Content | null;
  /** Null when it is no file system that can be opened. */
  usage: Usage | null;
}

export interface InfoResult {
  image: string;
  size: bigint;
  /** Null when there is none. */
  partitionTable: {kind: string; id?: string} | null;
  places: InfoPlace[];
}

export function isFileSystem(content: Content | undefined): content is Content {
  return content?.usage === 'filesystem' && isMountable(content.type);
}

/**
 * How full a file system is; undefined when it can't be mounted.
 * @param onFailure told of that, and of one that is cut short
 */
export async function usageOf(
  session: Session,
  image: Image,
  {selector, content, size}: Omit<Place, 'device'>,
  onFailure: (error: unknown) => void,
): Promise<VolumeStatFs | undefined> {
  try {
    const volume = await session.mount(image, [selector]);
    const stats = await volume.statfs();
    // Many drivers mount half a file system without a word.
    const place = selector.kind === 'disk' ? image.path : formatAddress(image.path, [selector]);
    const short = cutShortFailure(place, {content, size});
    if (short) onFailure(short);
    // The kernel does not mount a partition while the disk that it is on is mounted.
    if (selector.kind === 'disk' && image.partitions.length > 0) await volume.close();
    return stats;
  } catch (error) {
    onFailure(error);
    return undefined;
  }
}

/**
 * @param onFailure told of file systems that can't be mounted
 * @param only the one place to look at
 */
export async function describeImage(
  session: Session,
  image: Image,
  onFailure: (error: unknown) => void,
  only?: Selector,
): Promise<InfoResult> {
  const usage = async (selector: Selector, content: Content | undefined, size: bigint): Promise<Usage | null> => {
    if (!isFileSystem(content)) return null;
    const stats = await usageOf(session, image, {selector, content, size}, onFailure);
    if (!stats) return null;
    const {bsize, blocks, bfree, bavail} = stats;
    return {total: blocks * bsize, used: (blocks - bfree) * bsize, available: bavail * bsize};
  };
  const places: InfoPlace[] = [];
  const wanted = (selector: Selector) => only === undefined || formatSelector(only) === formatSelector(selector);
  const whole: Selector = {kind: 'disk'};
  if ((image.content || image.partitions.length === 0) && wanted(whole)) {
    places.push({
      selector: formatSelector(whole),
      start: 0n,
      size: image.size,
      content: image.content ?? null,
      usage: await usage(whole, image.content, image.size),
    });
  }
  for (const partition of image.partitions) {
    const selector: Selector = {kind: 'partition', number: partition.number};
    if (!wanted(selector)) continue;
    places.push({
      selector: formatSelector(selector),
      ...describePartition(partition),
      usage: await usage(selector, partition.content, partition.size),
    });
  }
  return {image: image.path, size: image.size, partitionTable: image.partitionTable ?? null, places};
}

function describePartition({
  number: _,
  device: _device,
  uuid,
  content,
  ...rest
}: ImagePartition): Omit<InfoPlace, 'selector' | 'usage'> {
  return {...rest, ...(uuid === undefined ? {} : {partitionUuid: uuid}), content: content ?? null};
}
