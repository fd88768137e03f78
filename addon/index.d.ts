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
}

/** Starts the kernel of this process. Once only: a second call gives the first one's promise result. */
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

export type SyscallArgument = number | bigint | string | Uint8Array | null;

/**
 * One Linux system call (numbers of include/uapi/asm-generic/unistd.h) inside the kernel.
 * @param root descriptor that is "/" and "." for this call (absolute symbolic links resolve below it), -1 = kernel's own.
 * @param args strings become NUL-terminated UTF-8, Uint8Array are passed by address (paths in them need their own NUL)
 *             and may be read and written until the promise settles.
 * Four calls at most may wait inside the kernel at once (an empty pipe, say); a fifth waits for one of them to end.
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

export interface CopySource {
  /** Path inside the image, bytes without NUL. */
  from: Uint8Array;
  /** Host path that is created or overwritten (bytes without NUL); its parent exists. */
  to: Uint8Array;
}

export interface CopyOptions {
  recursive: boolean;
  /** Follow a symbolic link that is named as a source (never those found in a tree). */
  follow: boolean;
  /** Keep permission bits and times (directories: set after their content). */
  preserve: boolean;
}

export interface CopyProgress {
  files: number;
  directories: number;
  links: number;
  /** Bytes of file content so far. */
  bytes: number;
}

export interface CopyProblem {
  /** Path inside the image. */
  path: Buffer;
  /** Positive Linux errno from the kernel, or the host's. */
  errno: number;
  /** 'image' or 'host': which side failed. */
  side: 'image' | 'host';
  /** 'open', 'read', 'write', 'mkdir', 'symlink', 'special' (a device, fifo or socket that could not be made), ... */
  step: string;
}

export interface CopyResult extends CopyProgress {
  problems: CopyProblem[];
}

/** Copies files and trees out of a volume to the host, holes kept. `progress` is called at most ten times a second. */
export function copyOut(
  root: number,
  sources: CopySource[],
  options: CopyOptions,
  progress?: (state: CopyProgress) => void,
): Promise<CopyResult>;

/** For the tests of crash handling: makes the kernel panic, BUG() or touch address 8. Rejects with EKERNELDEAD. */
export function crash(how: 'panic' | 'bug' | 'fault'): Promise<never>;
