/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What only those sub-commands of btrfs use that talk to a kernel which has the file system mounted (send, receive,
 * scrub): the program is built whole, and they fail when they are called.
 */
#ifndef KDISK_BTRFS_ABSENT_H
#define KDISK_BTRFS_ABSENT_H

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#define O_NOATIME 0
#ifndef O_DIRECT
#define O_DIRECT 0
#endif
#define F_GETPIPE_SZ 1032
#define F_SETPIPE_SZ 1031
#define SPLICE_F_MORE 4
#define SYS_ioprio_set 251

/* wasi-libc's has no path. */
struct kdisk_sockaddr_un {
	sa_family_t sun_family;
	char sun_path[108];
};
#define sockaddr_un kdisk_sockaddr_un

int socket(int family, int type, int protocol);
int bind(int fd, const struct sockaddr *address, socklen_t length);
int connect(int fd, const struct sockaddr *address, socklen_t length);
int listen(int fd, int backlog);
ssize_t splice(int in, off_t *in_offset, int out, off_t *out_offset, size_t length, unsigned int flags);
ssize_t readahead(int fd, off_t offset, size_t length);
int pthread_cancel(pthread_t thread);
int pthread_tryjoin_np(pthread_t thread, void **result);

#endif
