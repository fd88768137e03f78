// SPDX-License-Identifier: GPL-2.0-only
// A directory that is being read, and those below it that are opened before their turn, so that the kernel reads while
// JavaScript looks.
import type {Entry} from '../dirents.ts';
import {S_IFDIR} from '../syscalls.ts';
import {joinPath, type Volume} from '../volume.ts';

export interface ReadingOptions {
  /** Examine each entry: needed for anything but name, type and inode number. */
  stats: boolean;
  /** What lies deeper is not wanted. */
  maxDepth?: number;
  /** Picks and sorts; a directory is then in memory as a whole. */
  arrange?: ((entries: Entry[]) => Entry[]) | undefined;
}

/** Directories that are opened before their turn: of the one that is looked at, and of each of those. To wait for the
 *  kernel at every one would take most of the time. */
const AHEAD = [8, 4];

/** The batches of a directory; the next one is on its way while one is looked at, so that most are closed early. */
export class Reading {
  private readonly batches: AsyncGenerator<Entry[]>;
  private next!: Promise<IteratorResult<Entry[]>>;
  private entries: Entry[] = [];
  /** In `entries`: those before it are being read already, or are no directories. */
  private at = 0;
  private readonly ahead = new Map<Entry, Reading>();

  /** All of it, where it is arranged. */
  private readonly whole: Promise<Entry[]> | undefined;
  private isTaken = false;

  constructor(
    private readonly volume: Volume,
    private readonly path: Buffer,
    private readonly options: ReadingOptions,
    /** Levels below the top. */
    private readonly depth = 0,
    /** From the directory that is looked at. */
    private distance = 0,
  ) {
    this.batches = volume.entries(path, {stats: options.stats});
    if (options.arrange) this.whole = this.readWhole(options.arrange);
    else this.ask();
    // A failure is thrown when its turn comes.
    this.whole?.catch(() => {});
  }

  private async readWhole(arrange: (entries: Entry[]) => Entry[]): Promise<Entry[]> {
    const all: Entry[] = [];
    for await (const batch of this.batches) all.push(...batch);
    const arranged = arrange(all);
    this.lookAhead(arranged);
    return arranged;
  }

  private ask(): void {
    this.next = this.batches.next();
    const isFirst = this.entries.length === 0;
    // As above; and what cannot be opened ahead of its turn, since the volume was closed, has no turn.
    this.next.then(({done, value}) => done || !isFirst || this.lookAhead(value)).catch(() => {});
  }

  private lookAhead(entries = this.entries): void {
    if (entries !== this.entries) this.at = 0;
    this.entries = entries;
    const {maxDepth = Infinity} = this.options;
    const most = this.depth + 1 < maxDepth ? (AHEAD[this.distance] ?? 0) : 0;
    for (; this.at < entries.length && this.ahead.size < most; this.at++) {
      const entry = entries[this.at]!;
      if (entry.type === S_IFDIR) this.ahead.set(entry, this.reading(entry, this.distance + 1));
    }
  }

  private reading(entry: Entry, distance: number): Reading {
    return new Reading(this.volume, joinPath(this.path, entry.name) as Buffer, this.options, this.depth + 1, distance);
  }

  /** Of a directory in the last batch, which is now the one that is looked at. */
  below(entry: Entry): Reading {
    const found = this.ahead.get(entry) ?? this.reading(entry, 0);
    this.ahead.delete(entry);
    this.lookAhead();
    found.distance = 0;
    found.lookAhead();
    return found;
  }

  /** The next entries; none at the end. What is arranged comes in one piece. */
  async take(): Promise<Entry[]> {
    if (this.whole) {
      const entries = this.isTaken ? [] : await this.whole;
      this.isTaken = true;
      return entries;
    }
    const {done, value} = await this.next;
    if (done) return [];
    this.lookAhead(value);
    this.ask();
    return value;
  }
}
