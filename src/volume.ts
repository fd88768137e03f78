// SPDX-License-Identifier: GPL-2.0-only
// A mounted file system of an image, with the shape of fs.promises. Paths are absolute within it (a relative one starts
// at its root), as strings or as bytes; nothing outside can be reached, neither by ".." nor by a symbolic link.
import type {Readable} from 'node:stream';
import type {CopyOptions, CopyProgress, CopyResult, CopySource} from './binding.ts';
import {pathArgument, type Caller, type Path} from './caller.ts';
import {VolumeDirent, type Entry} from './dirents.ts';
import {readDirectory} from './directory.ts';
import {closedError} from './errors.ts';
import {FileHandle} from './file-handle.ts';
import {unmount, type MountPoint} from './mount.ts';
import type {Content} from './probe/index.ts';
import {chunkOptions, streamOf, type ReadStreamOptions} from './read-stream.ts';
import {decodeStatfs, STATFS_SIZE, type VolumeStatFs} from './statfs.ts';
import {decodeBigStatx, decodeStatx, STATX_SIZE, type VolumeStats} from './statx.ts';
import {AT_FDCWD, AT_SYMLINK_NOFOLLOW, NR, O_CLOEXEC, O_LARGEFILE, O_NONBLOCK, O_RDONLY} from './syscalls.ts';
import {PATH_MAX, S_IFDIR, S_IFMT, STATX_WANTED, XATTR_MAX} from './syscalls.ts';

export interface ReaddirOptions {
  encoding?: BufferEncoding | 'buffer' | null;
  withFileTypes?: boolean;
  /** Names are then paths relative to the directory. */
  recursive?: boolean;
}

type Dirents = VolumeDirent<string>[] | VolumeDirent<Buffer>[];

const SLASH = Buffer.from('/');

/** Path of an entry: of the type that the directory's path has, unless the name needs bytes. */
export function joinPath(directory: Path, name: Path): Path {
  if (typeof directory === 'string' && typeof name === 'string')
    return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
  const [head, tail] = [Buffer.from(directory as string), Buffer.from(name as string)];
  return head.at(-1) === SLASH[0] ? Buffer.concat([head, tail]) : Buffer.concat([head, SLASH, tail]);
}

export class Volume implements AsyncDisposable {
  private readonly handles = new Set<FileHandle>();
  private closing: Promise<void> | undefined;

  /** Made by Image.volume(). */
  constructor(
    private readonly mounted: MountPoint,
    /** What the superblock says: type, label, UUID. */
    readonly content: Content,
    private readonly onClose: () => void = () => {},
  ) {}

  private get caller(): Caller {
    if (this.closing) throw closedError('the volume');
    return this.mounted.caller;
  }

  async stat(path: Path, options: {bigint: true}): Promise<VolumeStats<bigint>>;
  async stat(path: Path, options?: {bigint?: false}): Promise<VolumeStats<number>>;
  async stat(path: Path, options?: {bigint?: boolean}): Promise<VolumeStats<number> | VolumeStats<bigint>> {
    return this.statx('stat', path, 0, options);
  }

  async lstat(path: Path, options: {bigint: true}): Promise<VolumeStats<bigint>>;
  async lstat(path: Path, options?: {bigint?: false}): Promise<VolumeStats<number>>;
  async lstat(path: Path, options?: {bigint?: boolean}): Promise<VolumeStats<number> | VolumeStats<bigint>> {
    return this.statx('lstat', path, AT_SYMLINK_NOFOLLOW, options);
  }

  private async statx(name: string, path: Path, flags: number, options: {bigint?: boolean} = {}) {
    const bytes = Buffer.alloc(STATX_SIZE);
    await this.caller.call(name, path, NR.statx, AT_FDCWD, pathArgument(path), flags, STATX_WANTED, bytes);
    return options.bigint ? decodeBigStatx(bytes) : decodeStatx(bytes);
  }

  async readlink(path: Path, options: {encoding: 'buffer'}): Promise<Buffer>;
  async readlink(path: Path, options?: {encoding?: BufferEncoding | null}): Promise<string>;
  async readlink(path: Path, options: {encoding?: BufferEncoding | 'buffer' | null} = {}): Promise<string | Buffer> {
    const target = Buffer.alloc(PATH_MAX);
    const length = await this.caller.call(
      'readlink',
      path,
      NR.readlinkat,
      AT_FDCWD,
      pathArgument(path),
      target,
      PATH_MAX,
    );
    const found = target.subarray(0, length);
    return options.encoding === 'buffer' ? found : found.toString(options.encoding ?? 'utf8');
  }

  /** @param mode R_OK, W_OK, X_OK of fs.constants; the kernel asks as root. */
  async access(path: Path, mode = 0): Promise<void> {
    await this.caller.call('access', path, NR.faccessat, AT_FDCWD, pathArgument(path), mode);
  }

  /** Entries in batches, in the file system's order: names as bytes, and with `stats` all that `ls -l` shows. */
  entries(path: Path, options: {stats?: boolean} = {}): AsyncGenerator<Entry[]> {
    return readDirectory(this.caller, path, options.stats ?? false);
  }

  /** As fs.promises.readdir: sorted by name, bytewise. */
  async readdir(
    path: Path,
    options: ReaddirOptions & {withFileTypes: true; encoding: 'buffer'},
  ): Promise<VolumeDirent<Buffer>[]>;
  async readdir(path: Path, options: ReaddirOptions & {withFileTypes: true}): Promise<VolumeDirent<string>[]>;
  async readdir(
    path: Path,
    options: (ReaddirOptions & {withFileTypes?: false; encoding: 'buffer'}) | 'buffer',
  ): Promise<Buffer[]>;
  async readdir(path: Path, options?: (ReaddirOptions & {withFileTypes?: false}) | BufferEncoding): Promise<string[]>;
  async readdir(
    path: Path,
    options: ReaddirOptions | BufferEncoding | 'buffer' = {},
  ): Promise<string[] | Buffer[] | Dirents> {
    const {encoding, withFileTypes, recursive} =
      typeof options === 'string' ? ({encoding: options} as ReaddirOptions) : options;
    const found = await this.collect(path, recursive ?? false);
    const inEncoding = (name: Buffer) => (encoding === 'buffer' ? name : name.toString(encoding ?? 'utf8'));
    if (!withFileTypes) return found.map(({relative}) => inEncoding(relative)) as string[] | Buffer[];
    return found.map(({name, parent, type}) => new VolumeDirent(inEncoding(name), parent, type)) as Dirents;
  }

  private async collect(path: Path, recursive: boolean, prefix: Buffer = Buffer.alloc(0)) {
    const found: {name: Buffer; relative: Buffer; parent: Path; type: number}[] = [];
    for await (const batch of this.entries(path)) {
      for (const entry of batch) {
        // Some drivers do not know the type without reading the inode.
        const type = entry.type || Number((await this.lstat(joinPath(path, entry.name))).mode) & S_IFMT;
        found.push({
          name: entry.name,
          relative: prefix.length > 0 ? Buffer.concat([prefix, SLASH, entry.name]) : entry.name,
          parent: path,
          type,
        });
      }
    }
    found.sort((a, b) => Buffer.compare(a.name, b.name));
    if (!recursive) return found;
    const all: typeof found = [];
    for (const entry of found) {
      all.push(entry);
      if (entry.type === S_IFDIR) all.push(...(await this.collect(joinPath(path, entry.name), true, entry.relative)));
    }
    return all;
  }

  /** Entries one by one, in the file system's order, as `for await (const entry of await volume.opendir(path))`. */
  async opendir(path: Path): Promise<AsyncGenerator<VolumeDirent<string>>> {
    // The first batch is awaited here, so that a missing directory rejects where it does in Node.
    const batches = this.entries(path);
    const first = await batches.next();
    async function* each(): AsyncGenerator<VolumeDirent<string>> {
      if (first.done) return;
      for (const entry of first.value) yield new VolumeDirent(entry.name.toString(), path, entry.type);
      for await (const batch of batches) {
        for (const entry of batch) yield new VolumeDirent(entry.name.toString(), path, entry.type);
      }
    }
    return each();
  }

  /** For reading; any other flag is refused. */
  async open(path: Path, flags: 'r' = 'r'): Promise<FileHandle> {
    if (flags !== 'r')
      throw Object.assign(new TypeError(`volumes are read-only: open with 'r', not '${String(flags)}'`), {
        code: 'ERR_INVALID_ARG_VALUE',
      });
    const {caller} = this;
    // A fifo inside the image has no other end: without O_NONBLOCK the call would wait for ever.
    const mode = O_RDONLY | O_CLOEXEC | O_LARGEFILE | O_NONBLOCK;
    const fd = await caller.call('open', path, NR.openat, AT_FDCWD, pathArgument(path), mode, 0);
    const handle = new FileHandle(caller, fd, path, (closed) => this.handles.delete(closed));
    this.handles.add(handle);
    return handle;
  }

  async readFile(path: Path): Promise<Buffer>;
  async readFile(path: Path, encoding: BufferEncoding): Promise<string>;
  async readFile(path: Path, encoding?: BufferEncoding): Promise<Buffer | string> {
    const handle = await this.open(path);
    try {
      const content = await handle.readFile();
      return encoding ? content.toString(encoding) : content;
    } finally {
      await handle.close();
    }
  }

  /** Opens when the first byte is asked for and closes at the end, as fs.createReadStream does. */
  createReadStream(path: Path, options: ReadStreamOptions = {}): Readable {
    const open = () => this.open(path);
    async function* pieces(): AsyncGenerator<Buffer> {
      const handle = await open();
      try {
        yield* handle.chunks(chunkOptions(options));
      } finally {
        await handle.close();
      }
    }
    return streamOf(pieces(), options);
  }

  async statfs(path: Path = '/'): Promise<VolumeStatFs> {
    const bytes = Buffer.alloc(STATFS_SIZE);
    await this.caller.call('statfs', path, NR.statfs, pathArgument(path), bytes);
    return decodeStatfs(bytes);
  }

  /** Value of an extended attribute ("user.name"), following links. */
  async getxattr(path: Path, name: string): Promise<Buffer> {
    const value = Buffer.alloc(XATTR_MAX);
    const length = await this.caller.call('getxattr', path, NR.getxattr, pathArgument(path), name, value, XATTR_MAX);
    return value.subarray(0, length);
  }

  async listxattr(path: Path): Promise<string[]> {
    const names = Buffer.alloc(XATTR_MAX);
    const length = await this.caller.call('listxattr', path, NR.listxattr, pathArgument(path), names, XATTR_MAX);
    return names.toString('utf8', 0, length).split('\0').filter(Boolean).sort();
  }

  /** Copies files and trees to the host without passing the bytes through JavaScript. */
  async copyOut(
    sources: CopySource[],
    options: CopyOptions,
    progress?: (state: CopyProgress) => void,
  ): Promise<CopyResult> {
    const {addon, root} = this.caller;
    return addon.copyOut(root, sources, options, progress);
  }

  /** Closes what is open in it and unmounts. Again and again without harm. */
  close(): Promise<void> {
    this.closing ??= (async () => {
      await Promise.all([...this.handles].map((handle) => handle.close()));
      await unmount(this.mounted);
      this.onClose();
    })();
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
