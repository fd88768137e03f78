// SPDX-License-Identifier: GPL-2.0-only
// Numbers of the kernel's interface that the library uses: system calls (include/uapi/asm-generic/unistd.h; the port
// has the generic table on every CPU) and their flags (include/uapi/linux/{fcntl,stat,mount}.h, asm-generic/fcntl.h).

export const NR = {
  setxattr: 5,
  lsetxattr: 6,
  getxattr: 8,
  lgetxattr: 9,
  listxattr: 11,
  llistxattr: 12,
  removexattr: 14,
  lremovexattr: 15,
  ioctl: 29,
  mknodat: 33,
  mkdirat: 34,
  unlinkat: 35,
  symlinkat: 36,
  linkat: 37,
  umount2: 39,
  mount: 40,
  statfs: 43,
  truncate: 45,
  ftruncate: 46,
  faccessat: 48,
  fchmod: 52,
  fchmodat: 53,
  fchownat: 54,
  fchown: 55,
  openat: 56,
  close: 57,
  lseek: 62,
  write: 64,
  pread64: 67,
  pwrite64: 68,
  readlinkat: 78,
  fsync: 82,
  fdatasync: 83,
  utimensat: 88,
  syncfs: 267,
  renameat2: 276,
  copy_file_range: 285,
  statx: 291,
} as const;

export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_REMOVEDIR = 0x200;
export const AT_EMPTY_PATH = 0x1000;

export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_ACCMODE = 3;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_NONBLOCK = 0o4000;
/** Without it a file of 2 GiB or more gives EOVERFLOW. */
export const O_LARGEFILE = 0o100000;
export const O_DIRECTORY = 0o200000;
export const O_NOFOLLOW = 0o400000;
export const O_SYNC = 0o4010000;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;

export const MS_RDONLY = 1;
export const MS_NOSUID = 2;
export const MS_NODEV = 4;
export const MS_NOEXEC = 8;
export const MS_NOATIME = 1024;

/** STATX_BASIC_STATS | STATX_BTIME */
export const STATX_WANTED = 0xfff;

export const S_IFMT = 0o170000;
export const S_IFIFO = 0o010000;
export const S_IFCHR = 0o020000;
export const S_IFDIR = 0o040000;
export const S_IFBLK = 0o060000;
export const S_IFREG = 0o100000;
export const S_IFLNK = 0o120000;
export const S_IFSOCK = 0o140000;

/** Longest path and symbolic link with its NUL (include/uapi/linux/limits.h). */
export const PATH_MAX = 4096;
/** XATTR_SIZE_MAX and XATTR_LIST_MAX of the same header. */
export const XATTR_MAX = 65536;

export const SEEK_CUR = 1;
export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;

/** tv_nsec for "the present" and "leave it" (include/linux/stat.h). */
export const UTIME_NOW = 0x3fffffffn;
export const UTIME_OMIT = 0x3ffffffen;

/** _IO[RW] of include/uapi/linux/fs.h; the argument is an int, whatever the number says. */
export const FS_IOC_GETFLAGS = 0x80086601;
export const FS_IOC_SETFLAGS = 0x40086602;
export const FICLONE = 0x40049409;
