// SPDX-License-Identifier: GPL-2.0-only
// Where in an image the file system is that shall be checked. An image without partitions is looked at without the
// kernel, which is then not started; which partitions there are is the kernel's to say.
import {binding} from '../../binding.ts';
import {KdiskError} from '../../errors.ts';
import {open, type Image} from '../../image.ts';
import {formatSelector, type Selector} from '../../image-path.ts';
import {probeContent, type Content} from '../../probe/index.ts';
import {probeState, type FileSystemState} from '../../probe/state.ts';
import {probeTable} from '../../probe/tables/index.ts';
import {Head, type Source} from '../../probe/types.ts';
import {choose} from '../../selection.ts';

export interface CheckPlace {
  selector: Selector;
  /** What is there, or in place of what can't be recognised the type that was asked for. */
  content: Content;
  /** Bytes. */
  size: bigint;
  /** Undefined for the image as a whole. */
  window: {start: bigint; size: bigint} | undefined;
}

/** The bytes of an open disk. */
export function diskSource(handle: number, size: bigint): Source {
  const addon = binding();
  return {
    size: Number(size),
    async read(offset, length) {
      const buffer = Buffer.alloc(Math.max(0, Math.min(length, Number(size) - offset)));
      let done = 0;
      while (done < buffer.length) {
        const count = addon.diskRead(handle, BigInt(offset + done), buffer.subarray(done));
        if (count < 0)
          throw new KdiskError('EIO', 'EIO: the host cannot read the image', {errno: count, syscall: 'read'});
        if (count === 0) break;
        done += count;
      }
      return buffer.subarray(0, done);
    },
  };
}

/** As the superblock or journal of an open disk tells. */
export function stateOf(type: string, handle: number, size: bigint): Promise<FileSystemState> {
  return probeState(type, diskSource(handle, size));
}

const EXT = /^ext[234]$/;

/** A type that was asked for, against what is there. */
function asked(
  content: Content | undefined,
  type: string | undefined,
  where: string,
  force: boolean,
): Content | undefined {
  if (type === undefined || content?.type === type) return content;
  if (content && EXT.test(content.type) && EXT.test(type)) return content;
  if (content && !force) {
    const older = 'or add --force where that is what is left of something older';
    const message = `${where} holds ${content.type}, not ${type}; leave out the type, ${older}`;
    throw new KdiskError('ERR_UNSUPPORTED', message, {path: where});
  }
  return {type, usage: 'filesystem'};
}

/** Undefined where the kernel must be asked. */
async function withoutTable(
  path: string,
  selectors: readonly Selector[],
  type: string | undefined,
  force: boolean,
): Promise<CheckPlace | undefined> {
  if (selectors.some(({kind}) => kind === 'partition')) return undefined;
  const addon = binding();
  const {handle, size} = await addon.openDisk(path, 'overlay');
  try {
    const head = await Head.of(diskSource(handle, size));
    if (await probeTable(head)) return undefined;
    const content = asked(await probeContent(head), type, path, force);
    if (content?.usage !== 'filesystem') return undefined;
    if (selectors.some(({kind}) => kind !== 'disk')) return undefined;
    return {selector: {kind: 'disk'}, content, size, window: undefined};
  } finally {
    await addon.closeDisk(handle);
  }
}

/** A place that was named, whatever is in it. */
function named(image: Image, selectors: readonly Selector[], type: string, force: boolean): CheckPlace {
  const {path, partitions, size} = image;
  const last = selectors.at(-1);
  if (last?.kind === 'partition') {
    const partition = partitions.find(({number}) => number === last.number);
    // Says what there is instead.
    if (!partition) choose(image, [...selectors]);
    const {start, size, content} = partition!;
    const where = `${path}${formatSelector(last)}`;
    return {selector: last, content: asked(content, type, where, force)!, size, window: {start, size}};
  }
  if (last === undefined && partitions.length > 0) {
    const one = `${path}@p${partitions[0]!.number}`;
    const message = `${path} has ${partitions.length} partitions; say in which there is a ${type}: ${one}`;
    throw new KdiskError('ERR_AMBIGUOUS_VOLUME', message, {path});
  }
  if (last !== undefined && last.kind !== 'disk') return chosen(image, selectors);
  return {selector: {kind: 'disk'}, content: asked(image.content, type, path, force)!, size, window: undefined};
}

function chosen(image: Image, selectors: readonly Selector[]): CheckPlace {
  const {selector, content, size} = choose(image, [...selectors]);
  const partition =
    selector.kind === 'partition' ? image.partitions.find(({number}) => number === selector.number) : undefined;
  return {selector, content, size, window: partition && {start: partition.start, size: partition.size}};
}

/**
 * The one file system that is meant.
 * @param type of a file system that can't be recognised any more
 * @param force the type is to be believed more than what is there
 * @throws KdiskError as open() does, and ERR_AMBIGUOUS_VOLUME, ERR_NO_SUCH_VOLUME, ERR_NO_FILE_SYSTEM, ERR_UNSUPPORTED
 */
export async function findPlace(
  path: string,
  selectors: readonly Selector[],
  type: string | undefined,
  force: boolean,
): Promise<CheckPlace> {
  const whole = await withoutTable(path, selectors, type, force);
  if (whole) return whole;
  await using image = await open(path);
  return type === undefined ? chosen(image, selectors) : named(image, selectors, type, force);
}
