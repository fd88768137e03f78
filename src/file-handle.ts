// SPDX-License-Identifier: GPL-2.0-only
// An open file of a volume, shaped like fs.promises.FileHandle.
import type {ReadStream, WriteStream} from 'node:fs';
import type {Interface} from 'node:readline';
import type {Caller, Path} from './caller.ts';
import {bytesOf, piecesOf, type FileContent} from './content.ts';
import {argumentError, closedError, systemError, throwIfAborted} from './errors.ts';
import {requireLate} from './package-root.ts';
import {decodeBigStatx, decodeStatx, STATX_SIZE, type VolumeStats} from './statx.ts';
import {readStream, writeStream, type ReadStreamOptions, type WriteStreamOptions} from './streams.ts';
import {AT_EMPTY_PATH, NR, O_APPEND, SEEK_CUR, STATX_WANTED} from './syscalls.ts';
import {modeArgument, timesArgument, timespecs, type Time} from './times.ts';

/** Large enough for the kernel to ask the disk for much at once, small enough to keep two. */
const CHUNK = 1024 * 1024;

/** Of one read or write of a whole file: other calls of the process wait no longer than this takes. */
const WHOLE_CHUNK = 16 * CHUNK;

type Position = number | bigint | null;

export interface ReadOptions<Bytes extends NodeJS.ArrayBufferView> {
  /** Default: 16 KiB of its own. */
  buffer?: Bytes;
  offset?: number | null;
  length?: number | null;
  position?: Position;
}

export interface ReadFileOptions {
  encoding?: BufferEncoding | null;
  signal?: AbortSignal;
}

export interface WriteFileOptions {
  /** Of strings. Default 'utf8'. */
  encoding?: BufferEncoding | null;
  signal?: AbortSignal;
  /** fsync at the end. Default false. */
  flush?: boolean;
}

export class FileHandle implements AsyncDisposable {
  /** Where the next read or write without a position begins; undefined after an append: the kernel knows. */
  private position: number | undefined = 0;
  /** Reads and writes without a position come one after the other. */
  private turn: Promise<unknown> = Promise.resolve();
  private closing: Promise<void> | undefined;

  /** Made by Volume.open(). */
  constructor(
    private readonly caller: Caller,
    readonly fd: number,
    private readonly path: Path,
    private readonly flags: number,
    private readonly onClose: (handle: FileHandle) => void,
  ) {}

  private call(name: string, nr: number, ...args: Parameters<Caller['addon']['syscall']>[2][]): Promise<number> {
    if (this.closing) throw closedError('the file handle');
    return this.caller.call(name, this.path, nr, ...args);
  }

  private inTurn<T>(body: () => Promise<T>): Promise<T> {
    const result = this.turn.then(body);
    this.turn = result.catch(() => {});
    return result;
  }

  private async current(): Promise<number> {
    this.position ??= await this.call('read', NR.lseek, this.fd, 0, SEEK_CUR);
    return this.position;
  }

  /** Reads at `position`, or where the last such read or write ended when that is null. */
  async read<Bytes extends NodeJS.ArrayBufferView>(
    buffer: Bytes,
    offset?: number | null,
    length?: number | null,
    position?: Position,
  ): Promise<{bytesRead: number; buffer: Bytes}>;
  async read<Bytes extends NodeJS.ArrayBufferView>(
    buffer: Bytes,
    options?: Omit<ReadOptions<Bytes>, 'buffer'>,
  ): Promise<{bytesRead: number; buffer: Bytes}>;
  async read<Bytes extends NodeJS.ArrayBufferView = Buffer>(
    options?: ReadOptions<Bytes>,
  ): Promise<{bytesRead: number; buffer: Bytes}>;
  async read(
    first: NodeJS.ArrayBufferView | ReadOptions<NodeJS.ArrayBufferView> = {},
    second?: number | null | Omit<ReadOptions<NodeJS.ArrayBufferView>, 'buffer'>,
    third?: number | null,
    fourth: Position = null,
  ): Promise<{bytesRead: number; buffer: NodeJS.ArrayBufferView}> {
    this.check();
    const given: ReadOptions<NodeJS.ArrayBufferView> = ArrayBuffer.isView(first)
      ? typeof second === 'object' && second !== null
        ? {...second, buffer: first}
        : {buffer: first, offset: second ?? null, length: third ?? null, position: fourth}
      : first;
    const buffer = given.buffer ?? Buffer.alloc(16384);
    const target = slice('read', 'to', buffer, given.offset, given.length);
    const position = given.position ?? null;
    // Node has -1 for the same.
    if (position !== null && position >= 0) return {bytesRead: await this.readAt(target, position, false), buffer};
    return this.inTurn(async () => {
      const at = await this.current();
      const bytesRead = await this.readAt(target, at, target.length >= CHUNK);
      this.position = at + bytesRead;
      return {bytesRead, buffer};
    });
  }

  /** @param step a large read where the last one ended: on the way from the start of the file to its end */
  private async readAt(target: Uint8Array, at: number | bigint, step: boolean): Promise<number> {
    if (target.length === 0) return 0;
    if (step) return this.readOnce(target, Number(at));
    return this.call('read', NR.pread64, this.fd, target, target.length, at);
  }

  /** For content that is read from start to end: nothing of it stays in the kernel's page cache. */
  private async readOnce(target: Uint8Array, position: number): Promise<number> {
    this.check();
    return this.caller.readOnce(this.path, this.fd, target, position);
  }

  /** Reads into one buffer after the other. */
  async readv<Bytes extends NodeJS.ArrayBufferView>(
    buffers: readonly Bytes[],
    position: number | null = null,
  ): Promise<{bytesRead: number; buffers: readonly Bytes[]}> {
    let done = 0;
    for (const buffer of buffers) {
      const {bytesRead} = await this.read(buffer, 0, buffer.byteLength, position === null ? null : position + done);
      done += bytesRead;
      if (bytesRead < buffer.byteLength) break;
    }
    return {bytesRead: done, buffers};
  }

  /**
   * Writes all of it at `position`, or where the last read or write ended when that is null; files opened for appending
   * are written at their end.
   * @returns bytesWritten is all that was asked for: anything less rejects
   */
  async write<Bytes extends NodeJS.ArrayBufferView>(
    buffer: Bytes,
    offset?: number | null,
    length?: number | null,
    position?: Position,
  ): Promise<{bytesWritten: number; buffer: Bytes}>;
  async write<Bytes extends NodeJS.ArrayBufferView>(
    buffer: Bytes,
    options?: Omit<ReadOptions<Bytes>, 'buffer'>,
  ): Promise<{bytesWritten: number; buffer: Bytes}>;
  async write(
    text: string,
    position?: Position,
    encoding?: BufferEncoding | null,
  ): Promise<{bytesWritten: number; buffer: string}>;
  async write(
    data: string | NodeJS.ArrayBufferView,
    second?: Position | Omit<ReadOptions<NodeJS.ArrayBufferView>, 'buffer'>,
    third?: number | null | BufferEncoding,
    fourth: Position = null,
  ): Promise<{bytesWritten: number; buffer: string | NodeJS.ArrayBufferView}> {
    this.check();
    let bytes: Uint8Array;
    let position: Position;
    if (typeof data === 'string') {
      bytes = Buffer.from(data, (third as BufferEncoding | null | undefined) ?? 'utf8');
      position = typeof second === 'object' ? null : (second ?? null);
    } else {
      const options =
        typeof second === 'object' && second !== null
          ? second
          : {offset: second as number | null | undefined, length: third as number | null | undefined, position: fourth};
      bytes = slice('write', 'from', data, options.offset, options.length);
      position = options.position ?? null;
    }
    await this.writeBytes(bytes, position);
    return {bytesWritten: bytes.length, buffer: data};
  }

  private async writeBytes(bytes: Uint8Array, position: Position): Promise<void> {
    // A position means nothing to a file that is opened for appending.
    if (this.flags & O_APPEND) {
      await this.inTurn(async () => {
        this.position = undefined;
        await this.writeAll(bytes, undefined);
      });
    } else if (position !== null && position >= 0) {
      await this.writeAll(bytes, Number(position));
    } else {
      await this.inTurn(async () => {
        const at = await this.current();
        await this.writeAll(bytes, at, (done) => (this.position = at + done));
      });
    }
  }

  /** @param at undefined for the end of the file */
  private async writeAll(bytes: Uint8Array, at: number | undefined, wrote: (done: number) => void = () => {}) {
    for (let done = 0; done < bytes.length;) {
      const piece = bytes.subarray(done, done + WHOLE_CHUNK);
      done += await (at === undefined
        ? this.call('write', NR.write, this.fd, piece, piece.length)
        : this.call('write', NR.pwrite64, this.fd, piece, piece.length, at + done));
      wrote(done);
    }
  }

  /** Writes one buffer after the other. */
  async writev<Bytes extends NodeJS.ArrayBufferView>(
    buffers: readonly Bytes[],
    position: number | null = null,
  ): Promise<{bytesWritten: number; buffers: readonly Bytes[]}> {
    this.check();
    const whole = Buffer.concat(buffers.map((buffer) => bytesOf(buffer, 'utf8')));
    await this.writeBytes(whole, position);
    return {bytesWritten: whole.length, buffers};
  }

  async stat(options: {bigint: true}): Promise<VolumeStats<bigint>>;
  async stat(options?: {bigint?: false}): Promise<VolumeStats<number>>;
  async stat(options: {bigint?: boolean} = {}): Promise<VolumeStats<number> | VolumeStats<bigint>> {
    const bytes = Buffer.alloc(STATX_SIZE);
    await this.call('stat', NR.statx, this.fd, '', AT_EMPTY_PATH, STATX_WANTED, bytes);
    return options.bigint ? decodeBigStatx(bytes) : decodeStatx(bytes);
  }

  /** From where the file is now to its end. */
  async readFile(options: BufferEncoding | (ReadFileOptions & {encoding: BufferEncoding})): Promise<string>;
  async readFile(options?: (ReadFileOptions & {encoding?: null}) | null): Promise<Buffer>;
  async readFile(options?: BufferEncoding | ReadFileOptions | null): Promise<Buffer | string>;
  async readFile(options?: BufferEncoding | ReadFileOptions | null): Promise<Buffer | string> {
    const {encoding, signal} = typeof options === 'string' ? ({encoding: options} as ReadFileOptions) : (options ?? {});
    throwIfAborted(signal);
    const content = await this.inTurn(() => this.readRest(signal));
    return encoding ? content.toString(encoding) : content;
  }

  private async readRest(signal: AbortSignal | undefined): Promise<Buffer> {
    const at = await this.current();
    const {size} = await this.stat({bigint: true});
    // The size is a hint (0 in some places); the end is where a read gives nothing.
    let buffer = Buffer.allocUnsafe(Math.max(Number(size) - at, 0) + 1);
    let used = 0;
    for (;;) {
      throwIfAborted(signal);
      if (used === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(Math.max(used, CHUNK))]);
      const bytesRead = await this.readOnce(buffer.subarray(used, used + WHOLE_CHUNK), at + used);
      if (bytesRead === 0) break;
      used += bytesRead;
      this.position = at + used;
    }
    return buffer.subarray(0, used);
  }

  /** Writes where the file is now; it is not made shorter. Between pieces `signal` is looked at. */
  async writeFile(content: FileContent, options?: BufferEncoding | WriteFileOptions | null): Promise<void> {
    const given = typeof options === 'string' ? ({encoding: options} as WriteFileOptions) : (options ?? {});
    const {encoding, signal, flush = false} = given;
    this.check();
    throwIfAborted(signal);
    for await (const piece of piecesOf(content, encoding ?? 'utf8')) {
      for (let at = 0; at < piece.length; at += WHOLE_CHUNK) {
        throwIfAborted(signal);
        await this.writeBytes(piece.subarray(at, at + WHOLE_CHUNK), null);
      }
    }
    throwIfAborted(signal);
    if (flush) await this.sync();
  }

  async appendFile(content: FileContent, options?: BufferEncoding | WriteFileOptions | null): Promise<void> {
    await this.writeFile(content, options);
  }

  async truncate(length = 0): Promise<void> {
    await this.call('ftruncate', NR.ftruncate, this.fd, Math.max(0, length));
  }

  /** Content and metadata are on the image, and through the host's cache, when it resolves. */
  async sync(): Promise<void> {
    await this.call('fsync', NR.fsync, this.fd);
  }

  async datasync(): Promise<void> {
    await this.call('fdatasync', NR.fdatasync, this.fd);
  }

  async chmod(mode: number | string): Promise<void> {
    await this.call('fchmod', NR.fchmod, this.fd, modeArgument(mode));
  }

  async chown(uid: number, gid: number): Promise<void> {
    await this.call('fchown', NR.fchown, this.fd, uid, gid);
  }

  async utimes(atime: Time, mtime: Time): Promise<void> {
    await this.call('futime', NR.utimensat, this.fd, null, timespecs(timesArgument(atime, mtime)), 0);
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

  /** Node's own ReadStream; closes the handle at its end unless autoClose is false. */
  createReadStream(options: ReadStreamOptions = {}): ReadStream {
    this.check();
    return readStream(this.path, async () => this, options);
  }

  createWriteStream(options: WriteStreamOptions = {}): WriteStream {
    this.check();
    return writeStream(this.path, async () => this, options);
  }

  /** `for await (const line of handle.readLines())`, without line ends. */
  readLines(options: ReadStreamOptions = {}): Interface {
    const {createInterface} = requireLate('node:readline') as typeof import('node:readline');
    return createInterface({input: this.createReadStream(options), crlfDelay: Infinity});
  }

  private check(): void {
    if (this.closing) throw closedError('the file handle');
  }

  /** Again and again without harm. */
  close(): Promise<void> {
    this.closing ??= (async () => {
      this.onClose(this);
      const result = await this.caller.release(this.fd);
      if (result < 0) throw systemError(result, 'close', this.path);
    })();
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function slice(
  verb: string,
  preposition: string,
  buffer: NodeJS.ArrayBufferView,
  offset: number | null | undefined,
  length: number | null | undefined,
): Uint8Array {
  if (!ArrayBuffer.isView(buffer))
    throw argumentError(`cannot ${verb} ${preposition} what is no buffer`, 'ERR_INVALID_ARG_TYPE');
  const bytes = bytesOf(buffer, 'utf8');
  const from = offset ?? 0;
  const count = length ?? bytes.length - from;
  if (from < 0 || count < 0 || from + count > bytes.length) {
    const message = `cannot ${verb} ${count} bytes ${preposition} offset ${from} of a buffer of ${bytes.length}`;
    throw Object.assign(new RangeError(message), {code: 'ERR_OUT_OF_RANGE'});
  }
  return bytes.subarray(from, from + count);
}
