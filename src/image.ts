// SPDX-License-Identifier: GPL-2.0-only
// A disk image: its partition table, what each partition holds, and the way to a mounted volume.
import {statSync} from 'node:fs';
import {boot, type Binding, type Deterministic, type Disk} from './binding.ts';
import {argumentError, closedError, KdiskError} from './errors.ts';
import {formatSelector, type Selector} from './image-path.ts';
import {mount} from './mount.ts';
import {isWritable, repairAdvice} from './mount-options.ts';
import {Head, probeContent, type Content, type Source} from './probe/index.ts';
import {probeState, type FileSystemState} from './probe/state.ts';
import {probeTable, type PartitionTable, type TableEntry} from './probe/tables/index.ts';
import {candidates, choose, type Place} from './selection.ts';
import {Volume} from './volume.ts';

export interface OpenOptions {
  /** Show the image exactly as it is: no journal is replayed, not even in memory. Default false. */
  asIs?: boolean;
  /**
   * Open the image for writing, alone: nobody else may have it open through kdisk. Its file systems are then mounted so
   * that they can be changed, which replays a journal that is left, and close() tells whether all of it is in the file.
   * Default false: nothing is written to the image.
   */
  write?: boolean;
  /** RAM of the kernel, bytes; only the first image of a process decides. */
  memory?: number;
  /**
   * The same work leaves the same bytes in the image, at any time and on any machine: for the kernel the time of day stands
   * still at `timestamp`, its random numbers follow from `seed`, and nothing happens between two calls. What is copied in
   * is read in the order of its names; no time is later than `timestamp` then, and times of access are those of the last
   * change. This takes an equal image to begin with, the same calls one after another, the same `memory` and the same
   * kdisk. The mode is the kernel's: all images of a process are opened with the same value, or all without.
   */
  deterministic?: Deterministic;
}

interface How {
  asIs: boolean;
  write: boolean;
  /** Of the file that is written. */
  identity: string;
}

export interface ImagePartition {
  /** As in @p1. */
  number: number;
  /** Bytes from the start of the image. */
  start: bigint;
  /** Bytes. */
  size: bigint;
  /** Type in the partition table, "0x83" or a GUID; undefined where the table is of a kind that only the kernel reads. */
  type?: string;
  /** The same in words, where known. */
  typeName?: string;
  /** Name in the table. */
  name?: string;
  /** GPT: unique GUID. */
  uuid?: string;
  bootable?: boolean;
  /** Undefined when nothing known is in it. */
  content: Content | undefined;
  /** Block device in the kernel. */
  device: string;
}

/**
 * Opens a raw image or a block device.
 * @param path on the host
 * @throws KdiskError with the host's code: ENOENT, EACCES, EROFS, EISDIR, EINVAL (empty), EBUSY (somebody writes to it,
 * or for `write`, has it open)
 */
export async function open(path: string, options: OpenOptions = {}): Promise<Image> {
  const {asIs = false, write = false, memory, deterministic} = options;
  if (asIs && write) throw argumentError('asIs shows an image as it is: it does not go with write');
  const addon = await boot(memory, deterministic);
  const disk = await addon
    .attach(path, write ? 'read-write' : asIs ? 'read-only' : 'overlay')
    .catch((error: unknown) => {
      throw attachError(error, write);
    });
  try {
    return await Image.inspect(addon, disk, path, {asIs, write, identity: write ? identityOf(path) : ''});
  } catch (error) {
    await addon.detach(disk.id).catch(() => {});
    throw error;
  }
}

/** Empty when nothing is there. */
function identityOf(path: string): string {
  try {
    const {dev, ino} = statSync(path, {bigint: true});
    return `${dev}:${ino}`;
  } catch {
    return '';
  }
}

function attachError(error: unknown, write: boolean): unknown {
  if (!(error instanceof KdiskError)) return error;
  const why: Record<string, string> = {
    EBUSY: `another program ${write ? 'has it open' : 'writes to it'}`,
    ...(write ? {EACCES: 'it cannot be opened for writing', EROFS: 'it lies where the host cannot write'} : {}),
  };
  if (why[error.code]) error.message += `: ${why[error.code]}`;
  return error;
}

function source(addon: Binding, disk: Disk, start: number, size: number): Source {
  return {
    size,
    async read(offset, length) {
      const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
      if (buffer.length === 0) return buffer;
      const done = await addon.readDisk(disk.id, BigInt(start + offset), buffer);
      return buffer.subarray(0, done);
    },
  };
}

export class Image implements AsyncDisposable {
  private readonly volumes = new Map<string, Promise<Volume>>();
  /** What was mounted for writing, with its state before. */
  private readonly written = new Map<string, {place: Place; before: FileSystemState}>();
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly addon: Binding,
    private readonly disk: Disk,
    /** Host path as given. */
    readonly path: string,
    private readonly how: How,
    /** Undefined when there is none. */
    readonly partitionTable: Omit<PartitionTable, 'entries'> | undefined,
    readonly partitions: ImagePartition[],
    /** What the image as a whole holds, when that is not (only) a partition table. */
    readonly content: Content | undefined,
  ) {}

  /** Used by open(). */
  static async inspect(addon: Binding, disk: Disk, path: string, how: How): Promise<Image> {
    const whole = await Head.of(source(addon, disk, 0, Number(disk.size)));
    const [table, content, ...contents] = await Promise.all([
      probeTable(whole),
      probeContent(whole),
      ...disk.partitions.map((partition) =>
        probeContent(source(addon, disk, Number(partition.start), Number(partition.size))),
      ),
    ]);
    const partitions = disk.partitions.map((partition, index) =>
      describe(partition, table?.entries ?? [], contents[index]),
    );
    const {entries: _, ...kind} = table ?? {entries: [], kind: ''};
    return new Image(addon, disk, path, how, table && kind, partitions, content);
  }

  /** Bytes. */
  get size(): bigint {
    return this.disk.size;
  }

  /** Opened with {write: true}. */
  get writable(): boolean {
    return this.how.write;
  }

  /** Everything that has a known content, file systems and others. */
  get places(): Place[] {
    return candidates(this);
  }

  /** The device of the whole image in the kernel. */
  get device(): string {
    return this.disk.device;
  }

  /**
   * Mounts a file system; asked for again, the same volume is given.
   * @param selectors all must match; none needed when there is only one file system
   */
  async volume(selectors: Selector[] = []): Promise<Volume> {
    if (this.closing) throw closedError('the image');
    const place = choose(this, selectors);
    let volume = this.volumes.get(place.device);
    if (!volume) {
      volume = this.mount(place);
      this.volumes.set(place.device, volume);
      // A failure is not kept: the next call tries again.
      volume.catch(() => this.volumes.delete(place.device));
    }
    return volume;
  }

  private async mount(place: Place): Promise<Volume> {
    const {device, content} = place;
    const write = this.how.write && isWritable(content.type);
    if (write && !this.written.has(device)) {
      const before = await this.state(place);
      if (before.damaged) throw this.needsRepair(place, before);
      this.written.set(device, {place, before});
    }
    const mounted = await mount(this.addon, device, content, write ? 'write' : this.how.asIs ? 'as-is' : 'read');
    return new Volume(mounted, content, () => this.volumes.delete(device));
  }

  private needsRepair({content, selector}: Place, {detail}: FileSystemState): KdiskError {
    const where = selector.kind === 'disk' ? this.path : `${this.path}${formatSelector(selector)}`;
    const message = `${where}: this ${content.type} needs repair before it is written to: ${detail}`;
    const advice = repairAdvice(content.type, where);
    return new KdiskError('ERR_NEEDS_REPAIR', message + (advice ? `; what mends it: ${advice}` : ''), {
      path: this.path,
    });
  }

  /**
   * Whether a file system was cleanly closed, as its superblock or journal tells. One that is mounted for writing is not.
   * @param place one of `places`
   */
  async state(place: Place): Promise<FileSystemState> {
    const partition = this.disk.partitions.find(({device}) => device === place.device);
    const [start, size] = [Number(partition?.start ?? 0), Number(place.size)];
    return probeState(place.content.type, source(this.addon, this.disk, start, size));
  }

  /**
   * Unmounts its volumes and lets the file go. Again and again without harm. An image that was opened for writing is
   * then complete on the host's disk; if it is not, this rejects.
   * @throws KdiskError ERR_NOT_CLEAN when a file system is not as a clean unmount leaves it, ERR_IMAGE_GONE when the file
   * is no longer at its path, else the code of what failed
   */
  close(): Promise<void> {
    this.closing ??= this.shut();
    return this.closing;
  }

  private async shut(): Promise<void> {
    const failures: unknown[] = [];
    const note = (error: unknown) => void failures.push(error);
    const open = await Promise.allSettled(this.volumes.values());
    for (const volume of open) if (volume.status === 'fulfilled') await volume.value.close().catch(note);
    for (const {place, before} of this.written.values()) await this.checkClean(place, before).catch(note);
    // All the same: it flushes what there is.
    await this.addon.detach(this.disk.id).catch(note);
    if (this.how.write) await this.checkPlace().catch(note);
    if (failures.length > 0) throw failures[0];
  }

  private async checkPlace(): Promise<void> {
    if (identityOf(this.path) === this.how.identity) return;
    const message = `${this.path}: the image was removed, replaced or renamed while it was open, and its changes went with it`;
    throw new KdiskError('ERR_IMAGE_GONE', message, {path: this.path});
  }

  private async checkClean(place: Place, before: FileSystemState): Promise<void> {
    const {clean, detail} = await this.state(place);
    // Drivers without a journal leave the mark of an earlier accident to the tool that looks for its traces.
    if (clean !== false || (before.clean === false && !before.replayed)) return;
    const {content, selector} = place;
    const where = selector.kind === 'disk' ? '' : ` of ${formatSelector(selector)}`;
    const message = `${this.path}: the ${content.type}${where} is not clean after its unmount: ${detail}`;
    throw new KdiskError('ERR_NOT_CLEAN', message, {path: this.path});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The kernel says which partitions there are, the table what they are for; the start of each brings them together. */
function describe(
  partition: Disk['partitions'][number],
  entries: TableEntry[],
  content: Content | undefined,
): ImagePartition {
  const entry = entries.find(({start}) => BigInt(start) === partition.start);
  // The kernel keeps seven bits of each letter.
  const name = entry?.name || partition.name;
  return {
    number: partition.index,
    start: partition.start,
    size: partition.size,
    ...(entry ? {type: entry.type} : {}),
    ...(entry?.typeName ? {typeName: entry.typeName} : {}),
    ...(name ? {name} : {}),
    ...(entry?.uuid ? {uuid: entry.uuid} : {}),
    ...(entry?.bootable ? {bootable: true} : {}),
    content,
    device: partition.device,
  };
}
