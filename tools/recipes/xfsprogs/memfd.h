/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory files for xfs_repair (memfd_create and what is done with such a descriptor), kept in the program's own memory.
 *
 * libxfs/xfile.c and libxfs/buf_mem.c put B-trees into memory files and change them through shared mappings, which WASI
 * has not. These two files, and no others, are compiled with this header before them: what they call "fd" is never a
 * descriptor of the host.
 */
#ifndef KDISK_MEMFD_H
#define KDISK_MEMFD_H

#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#ifndef SEEK_DATA
#define SEEK_DATA 3
#define SEEK_HOLE 4
#endif

/* As memfd_create(2), but for the number. -1 with errno ENOMEM. */
int memfd_open(const char *name, unsigned int flags);
int memfd_close(int fd);
int memfd_fchmod(int fd, mode_t mode);
/* Sets st_size and st_blocks, nothing else. */
int memfd_fstat(int fd, struct stat *stat);
int memfd_ftruncate(int fd, off_t size);
/* Every mode makes a hole. */
int memfd_fallocate(int fd, int mode, off_t offset, off_t length);
/* SEEK_DATA and SEEK_HOLE only: -1 with errno ENXIO past the last byte, EINVAL for the others. */
off_t memfd_lseek(int fd, off_t offset, int whence);
ssize_t memfd_pread(int fd, void *target, size_t count, off_t offset);
ssize_t memfd_pwrite(int fd, const void *source, size_t count, off_t offset);
/* One page, shared: the pointer is the page itself. MAP_FAILED with errno EINVAL for anything else, ENOMEM. */
void *memfd_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);
int memfd_munmap(void *address, size_t length);

/* Where xfile.c would go on if memfd_create failed: -1, with its errno. */
static inline int memfd_no_file(void)
{
	return -1;
}

#ifndef KDISK_MEMFD_ITSELF
#define O_TMPFILE 0
#define open(path, flags, mode) memfd_no_file()
#define mkostemp(path, flags) memfd_no_file()
#define memfd_create memfd_open
#define close memfd_close
#define fchmod memfd_fchmod
#define fstat memfd_fstat
#define ftruncate memfd_ftruncate
#define fallocate memfd_fallocate
#define lseek memfd_lseek
#define pread memfd_pread
#define pwrite memfd_pwrite
#define mmap memfd_mmap
#define munmap memfd_munmap
#endif

#endif
