// SPDX-License-Identifier: GPL-2.0-only
// A disk image: its partition table, what each partition holds, and the way to a mounted volume.
import {boot, type Binding, type Disk} from './binding.ts';
import {closedError} from './errors.ts';
import type {Selector} from './image-path.ts';
import {mount} from './mount.ts';
import {Head, probeContent, type Content, type Source} from './probe/index.ts';
import {probeTable, type PartitionTable, type TableEntry} from './probe/tables/index.ts';
import {candidates, choose, type Place} from './selection.ts';
import {Volume} from './volume.ts';

export interface OpenOptions {
  /** Show the image exactly as it is: no journal is replayed, not even in memory. Default false. */
  asIs?: boolean;
  /** RAM of the kernel, bytes; only the first image of a process decides. */
  memory?: number;
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

/** @param options.asIs, options.memory see OpenOptions */
export async function open(path: string, options: OpenOptions = {}): Promise<Image> {
  const addon = await boot(options.memory);
  const disk = await addon.attach(path, options.asIs ? 'read-only' : 'overlay');
  try {
    return await Image.inspect(addon, disk, path, options.asIs ?? false);
  } catch (error) {
    await addon.detach(disk.id);
    throw error;
  }
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
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly addon: Binding,
    private readonly disk: Disk,
    /** Host path as given. */
    readonly path: string,
    private readonly asIs: boolean,
    /** Undefined when there is none. */
    readonly partitionTable: Omit<PartitionTable, 'entries'> | undefined,
    readonly partitions: ImagePartition[],
    /** What the image as a whole holds, when that is not (only) a partition table. */
    readonly content: Content | undefined,
  ) {}

  /** Used by open(). */
  static async inspect(addon: Binding, disk: Disk, path: string, asIs: boolean): Promise<Image> {
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
    return new Image(addon, disk, path, asIs, table && kind, partitions, content);
  }

  /** Bytes. */
  get size(): bigint {
    return this.disk.size;
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
      volume = mount(this.addon, place.device, place.content, this.asIs).then(
        (mounted) => new Volume(mounted, place.content, () => this.volumes.delete(place.device)),
      );
      this.volumes.set(place.device, volume);
      // A failure is not kept: the next call tries again.
      volume.catch(() => this.volumes.delete(place.device));
    }
    return volume;
  }

  /** Unmounts its volumes and lets the file go. Again and again without harm. */
  close(): Promise<void> {
    this.closing ??= (async () => {
      const open = await Promise.allSettled(this.volumes.values());
      for (const volume of open) if (volume.status === 'fulfilled') await volume.value.close();
      await this.addon.detach(this.disk.id);
    })();
    return this.closing;
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
