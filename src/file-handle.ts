// SPDX-License-Identifier: GPL-2.0-only
// An open file of a volume, shaped like fs.promises.FileHandle.
import type {Readable} from 'node:stream';
import type {Caller, Path} from './caller.ts';
import {closedError} from './errors.ts';
import {chunkOptions, streamOf, type ReadStreamOptions} from './read-stream.ts';
import {decodeBigStatx, decodeStatx, STATX_SIZE, type VolumeStats} from './statx.ts';
import {AT_EMPTY_PATH, NR, STATX_WANTED} from './syscalls.ts';

/** Large enough for the kernel to ask the disk for much at once, small enough to keep two. */
const CHUNK = 1024 * 1024;

/** Of one read of a whole file: other calls of the process wait no longer than this takes. */
const WHOLE_CHUNK = 16 * CHUNK;

export class FileHandle implements AsyncDisposable {
  private position = 0;
  private closing: Promise<void> | undefined;

  /** Made by Volume.open(). */
  constructor(
    private readonly caller: Caller,
    readonly fd: number,
    private readonly path: Path,
    private readonly onClose: (handle: FileHandle) => void,
  ) {}

  private check(): void {
    if (this.closing) throw closedError('the file handle');
  }

  /** Reads at `position`, or where the last such read ended when that is null. */
  async read(
    buffer: Uint8Array,
    offset = 0,
    length = buffer.byteLength - offset,
    position: number | bigint | null = null,
  ): Promise<{bytesRead: number; buffer: Uint8Array}> {
    this.check();
    if (offset < 0 || length < 0 || offset + length > buffer.byteLength) {
      throw new RangeError(`cannot read ${length} bytes to offset ${offset} of a buffer of ${buffer.byteLength}`);
    }
    const target = buffer.subarray(offset, offset + length);
    const at = position ?? this.position;
    const bytesRead = await this.readAt(target, at, position === null && length >= CHUNK);
    if (position === null) this.position += bytesRead;
    return {bytesRead, buffer};
  }

  /** @param step a large read where the last one ended: on the way from the start of the file to its end */
  private async readAt(target: Uint8Array, at: number | bigint, step: boolean): Promise<number> {
    if (target.length === 0) return 0;
    if (step) return this.caller.readOnce(this.path, this.fd, target, Number(at));
    return this.caller.call('read', this.path, NR.pread64, this.fd, target, target.length, at);
  }

  async stat(options: {bigint: true}): Promise<VolumeStats<bigint>>;
  async stat(options?: {bigint?: false}): Promise<VolumeStats<number>>;
  async stat(options: {bigint?: boolean} = {}): Promise<VolumeStats<number> | VolumeStats<bigint>> {
    this.check();
    const bytes = Buffer.alloc(STATX_SIZE);
    await this.caller.call('stat', this.path, NR.statx, this.fd, '', AT_EMPTY_PATH, STATX_WANTED, bytes);
    return options.bigint ? decodeBigStatx(bytes) : decodeStatx(bytes);
  }

  /** From where the file is now to its end. */
  async readFile(): Promise<Buffer>;
  async readFile(encoding: BufferEncoding): Promise<string>;
  async readFile(encoding?: BufferEncoding): Promise<Buffer | string> {
    const {size} = await this.stat({bigint: true});
    // The size is a hint (0 in some places); the end is where a read gives nothing.
    let buffer = Buffer.allocUnsafe(Math.max(Number(size) - this.position, 0) + 1);
    let used = 0;
    for (;;) {
      if (used === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(Math.max(used, CHUNK))]);
      const bytesRead = await this.readOnce(buffer.subarray(used, used + WHOLE_CHUNK), this.position);
      if (bytesRead === 0) break;
      this.position += bytesRead;
      used += bytesRead;
    }
    const content = buffer.subarray(0, used);
    return encoding ? content.toString(encoding) : content;
  }

  /**
   * Pieces of the file one after the other; the next is read while the last is used.
   * @param reuse a piece is only good until the next is asked for: two buffers serve for all
   */
  async *chunks({start = 0, end = Infinity, size = CHUNK, reuse = false} = {}): AsyncGenerator<Buffer> {
    const spare: Buffer[] = [];
    const next = async (at: number): Promise<Buffer> => {
      const wanted = Math.min(size, end - at);
      if (wanted <= 0) return Buffer.alloc(0);
      const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(reuse ? size : wanted);
      return buffer.subarray(0, await this.readOnce(buffer.subarray(0, wanted), at));
    };
    let pending = next(start);
    for (let at = start; ;) {
      const piece = await pending;
      if (piece.length === 0) return;
      at += piece.length;
      pending = next(at);
      // Left over when the consumer stops early.
      pending.catch(() => {});
      yield piece;
      if (reuse) spare.push(Buffer.from(piece.buffer));
    }
  }

  /** For content that is read from start to end: nothing of it stays in the kernel's page cache. */
  private async readOnce(target: Buffer, position: number): Promise<number> {
    this.check();
    return this.caller.readOnce(this.path, this.fd, target, position);
  }

  /** The handle stays open when the stream ends. */
  createReadStream(options: ReadStreamOptions = {}): Readable {
    return streamOf(this.chunks(chunkOptions(options)), options);
  }

  /** Again and again without harm. */
  close(): Promise<void> {
    this.closing ??= (async () => {
      this.onClose(this);
      await this.caller.call('close', this.path, NR.close, this.fd);
    })();
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
