// SPDX-License-Identifier: GPL-2.0-only
// An open directory, shaped like fs.Dir.
import type {Path} from './caller.ts';
import {VolumeDirent, type Entry} from './dirents.ts';
import {closedError} from './errors.ts';

export class VolumeDir implements AsyncDisposable {
  private next = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private closed = false;

  /** Made by Volume.opendir(). */
  constructor(
    /** As it was given. */
    readonly path: Path,
    /** The first of them: it says whether there is a directory. */
    private batch: Entry[],
    private readonly batches: AsyncGenerator<Entry[]>,
    private readonly typeOf: (directory: Path, entry: Entry) => Promise<number>,
  ) {}

  /** The next entry in the file system's order, null at the end. */
  read(): Promise<VolumeDirent<string> | null> {
    const result = this.turn.then(() => this.step());
    this.turn = result.catch(() => {});
    return result;
  }

  private async step(): Promise<VolumeDirent<string> | null> {
    if (this.closed) throw closedError('the directory');
    while (this.next === this.batch.length) {
      const more = await this.batches.next();
      if (more.done) return null;
      [this.batch, this.next] = [more.value, 0];
    }
    const entry = this.batch[this.next++]!;
    return new VolumeDirent(entry.name.toString(), this.path, await this.typeOf(this.path, entry));
  }

  async close(): Promise<void> {
    if (this.closed) throw closedError('the directory');
    await this.turn;
    this.closed = true;
    await this.batches.return(undefined);
  }

  /** Closes at the end, and when it is left early. */
  async *[Symbol.asyncIterator](): AsyncGenerator<VolumeDirent<string>> {
    try {
      for (let entry = await this.read(); entry; entry = await this.read()) yield entry;
    } finally {
      if (!this.closed) await this.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.closed) await this.close();
  }
}
