// SPDX-License-Identifier: GPL-2.0-only
// The whole contract between the addon and TypeScript: one kernel for each process, its disks, its system calls, and
// the operations on trees that are done in bulk so that JavaScript never moves bytes.
//
// Rejections: an Error with `code`. Results of the kernel are not exceptions: a negative number is a Linux errno, and
// the library (src/) makes the error of it. A dead kernel (panic, BUG, fault) rejects everything, now and from then
// on, with code 'EKERNELDEAD'.

export interface BootOptions {
  /** Host path of the kernel ELF. */
  kernel: string;
  /** RAM of the kernel in bytes, a multiple of 4 MiB. */
  memory: number;
  /** Kernel parameters. */
  commandLine?: string;
  /**
   * The same requests give the same bytes on disk, at any time and on any machine: the time of day stands still at
   * `timestamp` (seconds since 1970, up to 8,000,000,000), random numbers follow from `seed` (32 bytes), and nothing
   * happens between requests. What is copied into a volume is read in the order of its names (`sorted`); no time of it is
   * later than `timestamp` then, and access times are those of the last change.
   */
  deterministic?: {timestamp: number; seed: Uint8Array};
}

/** Starts the kernel of this process. Once only: a second call gives the first one's promise result, or rejects with
 *  ERR_KERNEL_MODE when it wants another `deterministic`. */
export function boot(options: BootOptions): Promise<void>;

/** What the kernel has logged since boot, oldest first (the newest 256 KiB). Never fails. */
export function kernelLog(): string;

/**
 * How the image is opened on the host and shown to the kernel.
 * 'overlay': host file read-only, kernel may write, writes go to memory and are lost at detach.
 * 'read-only': host file read-only, the kernel's device too.
 * 'read-write': both writable.
 */
export type AttachMode = 'overlay' | 'read-only' | 'read-write';

export interface Disk {
  /** Number for the calls below; used again after detach. */
  id: number;
  /** Kernel name, "vda". */
  name: string;
  /** Bytes. */
  size: bigint;
  /** Device node of the whole disk in the kernel's own root, "/dev/vda". */
  device: string;
  partitions: Partition[];
}

export interface Partition {
  /** Number in the table, as in @p1. */
  index: number;
  /** Bytes from the start of the disk. */
  start: bigint;
  /** Bytes. */
  size: bigint;
  /** Name in the table (GPT), else empty. */
  name: string;
  /** "/dev/vda1" */
  device: string;
}

/** Opens a regular file or block device of the host and attaches it. Rejects with a host errno code (ENOENT, EACCES,
 *  EISDIR, EINVAL for an empty one, ...) and `syscall`, `path` as Node does. */
export function attach(path: string, mode: AttachMode): Promise<Disk>;
/** After the unmount of all that is on it. Flushes a writable image to the host's disk; rejects if that fails. */
export function detach(id: number): Promise<void>;
/** Bytes of the disk as the kernel's device sees them (overlay included); resolves with the number read. */
export function readDisk(id: number, offset: bigint, target: Uint8Array): Promise<number>;

// Disks without a kernel, for tools that read and write an image themselves. Their numbers ("handles") hold in every thread
// of the process, which must load the same file of the addon; the four calls that move bytes are synchronous, and two
// threads take turns. A disk that nobody closes stays open, and locked, until the process ends.

export type DiskMode = AttachMode;

/** Part of an image that is shown as the whole disk, in bytes, multiples of 512. */
export interface DiskWindow {
  start: bigint;
  size: bigint;
}

export interface OpenedDisk {
  /** Number for the calls below; never used again. */
  handle: number;
  /** Bytes. */
  size: bigint;
  /** An interrupted commitDisk() was met and carried out: in the image if 'read-write', else in memory. */
  redone: boolean;
}

/** Opens an image as attach() does, with the same locks and errors, but needs no kernel. Both carry out the journal that an
 *  interrupted commitDisk() has left, IMAGE.kdisk-redo, and reject when it does not fit the image (ERR_REDO_MISMATCH) or
 *  cannot be used (ERR_REDO_DAMAGED); the message says what to do. */
export function openDisk(path: string, mode: DiskMode, window?: DiskWindow): Promise<OpenedDisk>;

/**
 * Reads into `target`, or into `length` bytes of it from `start` on.
 * @param offset bytes from the start of the disk: a safe integer, faster, or a bigint
 * @returns bytes read, fewer than asked at the end of the disk only (0 behind it), or a negative errno (-EBADF: not open)
 */
export function diskRead(handle: number, offset: number | bigint, target: Uint8Array, start?: number, length?: number): number;
/** Writes likewise. -EROFS: the disk is read-only; -EFBIG: `offset` is the end of the disk or behind it. */
export function diskWrite(handle: number, offset: number | bigint, source: Uint8Array, start?: number, length?: number): number;
/** Afterwards the range reads as zeroes and takes no room. Cut at the end of the disk. -EOPNOTSUPP: zeroes would have to be
 *  written for it, and nothing was done. 0, or a negative errno. */
export function diskDiscard(handle: number, offset: number | bigint, length: number | bigint): number;
/** Returns when all that was written is on stable storage. 0, or a negative errno. */
export function diskFlush(handle: number): number;

export interface DiskRange {
  /** Bytes. */
  offset: bigint;
  length: bigint;
}

/** Where an overlay reads otherwise than the image (bytes are compared), in whole blocks of 4 KiB: sorted, neighbours merged.
 *  Throws EBADF, EINVAL (no overlay), or the host's error of a read. */
export function diskChanges(handle: number): DiskRange[];

export interface CommitOptions {
  /** Write even where no journal can be kept beside the image (a block device, a directory that takes no file); without it
   *  that rejects with ERR_NO_REDO, and nothing was written. */
  unsafe?: boolean;
}

export interface CommitResult {
  /** Bytes of the image that were written: those that differ, in blocks of 4 KiB. */
  bytes: number;
  /** Whether a journal was kept meanwhile. */
  journal: boolean;
}

/**
 * Writes what an overlay changes to its image. With the journal it is all or nothing, also for a kill or a power cut:
 * what was begun is ended when the image is next opened. Rejects, with nothing written, with EBUSY while others have the
 * image open or the kernel has this disk, ESTALE when its file was written to since openDisk, EACCES, ENOSPC. From then on the
 * image is locked as for writing, until closeDisk().
 * @param onProgress bytes done of all; each byte that differs counts twice, for the journal and for the image
 */
export function commitDisk(
  handle: number,
  onProgress?: (state: {done: number; total: number}) => void,
  options?: CommitOptions,
): Promise<CommitResult>;

/** The same device for the kernel; detach() leaves the handle open. Rejects with EBUSY if the kernel has it already. */
export function attachDisk(handle: number): Promise<Disk>;
/** Flushes and closes; rejects with the first write that the host refused (it is closed then too), and with EBUSY while the
 *  kernel has it. */
export function closeDisk(handle: number): Promise<void>;

export type SyscallArgument = number | bigint | string | Uint8Array | null;

/**
 * One Linux system call (numbers of include/uapi/asm-generic/unistd.h) inside the kernel.
 * @param root descriptor that is "/" and "." for this call (absolute symbolic links resolve below it), -1 = kernel's own.
 * @param args strings become NUL-terminated UTF-8, Uint8Array are passed by address (paths in them need their own NUL)
 *             and may be read and written until the promise settles.
 * 64 calls at most may wait inside the kernel at once (for an empty pipe, say); one more waits for one of them to end.
 * @returns the result, or a negative errno.
 */
export function syscall(root: number, nr: number, ...args: SyscallArgument[]): Promise<number>;

/**
 * As pread64 of all of `target`, for a file that is read once from start to end: faster than syscall(), because nothing
 * stays in the kernel's page cache. For the best speed `position` is a multiple of 4,096 and `target` large (1 MiB).
 * @returns bytes read, fewer than asked at the end of the file only, or a negative errno.
 */
export function readOnce(root: number, fd: number, target: Uint8Array, position: number): Promise<number>;

/**
 * Next entries of an open directory, in the file system's order, "." and ".." left out.
 * Each record, little-endian: u32 length of the record (multiple of 8), u32 bytes of name, u32 bytes of link target,
 * s32 0 or the negative errno of statx, u64 inode, u8 d_type + 7 zero bytes, struct statx (256 bytes, only with
 * `stat`), name, target (of symbolic links, only with `stat`), zero padding.
 * Resolves with an empty Buffer at the end; rejects never for a kernel error: a first record with no name and an
 * errno reports it.
 * @param batch how many entries at most
 */
export function list(root: number, fd: number, stat: boolean, batch: number): Promise<Buffer>;

/** One side of a copy: descriptor of a volume's root, or null for the host. At least one side is a volume. */
export type Side = number | null;

export interface CopySource {
  /** Path on the side that is read (bytes without NUL). */
  from: Uint8Array;
  /** Path on the side that is written: created or overwritten; its parent exists. */
  to: Uint8Array;
}

export interface CopyOptions {
  /** Directories too. */
  recursive?: boolean;
  /** Follow a symbolic link that is named as a source (never those found in a tree). */
  follow?: boolean;
  /** Directories are read in the order of their names' bytes, and extended attributes likewise (default false). */
  sorted?: boolean;
  /** What is kept besides content, holes and links: permission bits (default true), times (default true), ... */
  mode?: boolean;
  times?: boolean;
  /** ... user and group, extended attributes (ACLs, capabilities, labels), inode flags (default false). */
  owner?: boolean;
  xattrs?: boolean;
  flags?: boolean;
  /** What happens to files that exist: 'replace' (default), 'keep', 'update' (replace older ones). */
  existing?: 'replace' | 'keep' | 'update';
  /** Owner and group of all that is written. */
  uid?: number;
  gid?: number;
  /** Triples [from, to, count]. */
  mapUid?: [number, number, number][];
  mapGid?: [number, number, number][];
  /** Patterns of fnmatch(3): without a slash for names, with one for paths from the top of each source. */
  exclude?: string[];
  include?: string[];
  /** 'escape': names that Windows cannot have are written with %XX; 'unescape': the other way. Default 'plain'. */
  names?: 'plain' | 'escape' | 'unescape';
  /** Host file that gets (out of a volume) or gives (into one) what the host cannot hold; docs/manifest.md. */
  manifestOut?: string;
  manifestIn?: string;
  /** Content that lies in the image as it is goes to the host without passing the kernel inside (default true). */
  extents?: boolean;
  /** One byte; the copy stops soon after it is not 0. */
  stop?: Uint8Array;
}

export interface CopyProgress {
  files: number;
  directories: number;
  /** Symbolic ones. */
  links: number;
  hardLinks: number;
  /** Devices, fifos, sockets. */
  specials: number;
  /** Left as they were ('keep', 'update'). */
  kept: number;
  /** Bytes of file content so far, holes included. */
  bytes: number;
}

export interface CopyProblem {
  /** Path of the entry on the side that is read. */
  path: Buffer;
  /** Positive Linux errno from the kernel, or the host's. */
  errno: number;
  /** 'source' or 'target': which side failed. */
  side: 'source' | 'target';
  /** 'open', 'read', 'write', 'mkdir', 'symlink', 'special', ... */
  step: string;
}

/** Attributes of one kind that the target could not take; not reported when a manifest holds them. */
export interface CopyLoss {
  /** 'owner', 'mode', 'times', 'xattr', 'acl', 'capability', 'label', 'flags', 'hard link' */
  what: string;
  count: number;
  /** First entry concerned, on the side that is read. */
  path: Buffer;
  /** What it was: "0:42", "user.mime_type". */
  detail: string;
  errno: number;
}

export interface CopyResult extends CopyProgress {
  problems: CopyProblem[];
  lost: CopyLoss[];
  /** `stop` was set: what was under way is removed, the rest was not begun. */
  stopped: boolean;
}

/** Copies files and trees between the host and volumes, holes and hard links kept. `progress` is called at most ten
 *  times a second. Rejects only for misuse, a manifest that can't be read or written, and a dead kernel. */
export function copy(
  from: Side,
  to: Side,
  sources: CopySource[],
  options: CopyOptions,
  progress?: (state: CopyProgress) => void,
): Promise<CopyResult>;

/** A tree as records, for what is neither volume nor host (tar) and to look without copying. */
export interface ReadTreeOptions extends Pick<CopyOptions, 'recursive' | 'follow' | 'sorted' | 'xattrs' | 'flags' | 'exclude' | 'include' | 'names'> {
  /** File content too; without it files are kFile records alone. */
  content?: boolean;
}

/** Starts to read: each source is called `to` in its first record. Resolves with a number for the next two calls. */
export function openTree(from: Side, sources: CopySource[], options: ReadTreeOptions): Promise<number>;
/** Next records (see below), about a MiB; empty at the end. */
export function readTree(tree: number): Promise<Buffer>;
export function closeTree(tree: number): Promise<void>;

/** Starts to write below an existing directory. Options as of copy(), but without filters, manifests and `stop`. */
export function createTree(to: Side, directory: Uint8Array, options: CopyOptions): Promise<number>;
/** Writes records; they may end in the middle of a directory or file, not of a record. Rejects with EINVAL for what is no
 *  record or cannot follow those before. Resolves with false when nothing more can be written (see finishTree's problems). */
export function writeTree(tree: number, records: Uint8Array): Promise<boolean>;
/** Ends it, with what was done since createTree. */
export function finishTree(tree: number): Promise<CopyResult>;

// Records (little-endian, each padded with zeroes to a multiple of 8):
//   u32 length of the record, u16 kind, u16 bits (1: with metadata, 2: whole file, 4: inode flags are known)
//   u64 offset (kEnd: length of the file), u32 bytes of data, u32 inode flags,
//   u16 bytes of name, u16 bytes of path, u16 bytes of target, u16 number of extended attributes,
//   with metadata: struct statx (256 bytes), name, path, target,
//   each extended attribute: u16 bytes of name, u16 zero, u32 bytes of value, name, value; data.
// Kinds: addon/tree/event.h; 10 = problem: `offset` is the errno, target the step (only from readTree).

/** For the tests of crash handling: makes the kernel panic, BUG() or touch address 8. Rejects with EKERNELDEAD. */
export function crash(how: 'panic' | 'bug' | 'fault'): Promise<never>;
