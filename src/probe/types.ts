// SPDX-License-Identifier: GPL-2.0-only
// What a probe is given and what it finds.

/** Anything with bytes: a disk, a partition of it, or in tests a plain file. */
export interface Source {
  /** Bytes. */
  size: number;
  /** Short only at the end. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** What a disk or partition holds. Names, labels and UUIDs are spelt as blkid(8) spells them. */
export interface Content {
  /** "ext4", "vfat", "crypto_LUKS", ... */
  type: string;
  /** 'filesystem' can be read if the kernel has a driver; 'crypto' wants a key; 'raid' is part of something larger. */
  usage: 'filesystem' | 'crypto' | 'raid' | 'other';
  version?: string;
  label?: string;
  uuid?: string;
  /** The file system reaches this far, bytes from the start, where the superblock says so. */
  size?: number;
  /** Devices that the file system is spread over, where that is more than one. */
  devices?: number;
}

export interface Probe {
  type: string;
  usage: Content['usage'];
  /** Any of these must be there. Bytes as latin1 text. */
  magic: {at: number; bytes: string}[];
  /**
   * Label, UUID and so on; undefined when a closer look shows that it is something else.
   * @param at where the magic was found
   */
  parse?(head: Head, at: number): Promise<Partial<Content> | undefined> | Partial<Content> | undefined;
}

/** A source whose beginning is read once, because nearly all magic numbers lie there. */
export class Head {
  private constructor(
    readonly source: Source,
    private readonly cached: Buffer,
  ) {}

  /** Reaches to the end of the superblocks of btrfs and ReiserFS, at 64 KiB. */
  static async of(source: Source | Head): Promise<Head> {
    if (source instanceof Head) return source;
    return new Head(source, await source.read(0, Math.min(source.size, 72 * 1024)));
  }

  get size(): number {
    return this.source.size;
  }

  matches(at: number, bytes: string): boolean {
    const end = at + bytes.length;
    return at >= 0 && end <= this.cached.length && this.cached.toString('latin1', at, end) === bytes;
  }

  /** Bytes within the part that is in memory; zeroes behind the end. */
  near(at: number, length: number): Buffer {
    const found = this.cached.subarray(at, at + length);
    return found.length === length ? found : Buffer.concat([found, Buffer.alloc(length - found.length)]);
  }

  /** Bytes at any place; undefined when the source ends before. */
  async read(at: number, length: number): Promise<Buffer | undefined> {
    if (!Number.isSafeInteger(at) || at < 0 || at + length > this.size) return undefined;
    if (at + length <= this.cached.length) return this.cached.subarray(at, at + length);
    const found = await this.source.read(at, length);
    return found.length === length ? found : undefined;
  }
}
