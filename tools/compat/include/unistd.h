/* SPDX-License-Identifier: GPL-2.0-only */
/* What wasi-libc's <unistd.h> leaves out: users, processes, descriptors. All of it is in ../*.c. */
#ifndef KDISK_UNISTD_H
#define KDISK_UNISTD_H

#include_next <unistd.h>
#include <sys/types.h>

/* The one user of the sandbox is root, as the tools' users are. */
uid_t getuid(void);
uid_t geteuid(void);
gid_t getgid(void);
gid_t getegid(void);
int getgroups(int size, gid_t *list);
int setuid(uid_t uid);
int seteuid(uid_t uid);
int setgid(gid_t gid);
int setegid(gid_t gid);
int setreuid(uid_t real, uid_t effective);
int setregid(gid_t real, gid_t effective);
int setresuid(uid_t real, uid_t effective, uid_t saved);
int setresgid(gid_t real, gid_t effective, gid_t saved);
int chown(const char *path, uid_t owner, gid_t group);
int lchown(const char *path, uid_t owner, gid_t group);
int fchown(int fd, uid_t owner, gid_t group);
int fchownat(int dirfd, const char *path, uid_t owner, gid_t group, int flags);

/* There is one process: these fail with ENOSYS. */
pid_t fork(void);
pid_t vfork(void);
int execv(const char *path, char *const argv[]);
int execve(const char *path, char *const argv[], char *const envp[]);
int execvp(const char *file, char *const argv[]);
int execl(const char *path, const char *arg, ...);
int execlp(const char *file, const char *arg, ...);
int pipe(int fds[2]);
int pipe2(int fds[2], int flags);
int dup(int fd);
int dup2(int fd, int to);
int daemon(int nochdir, int noclose);
pid_t getppid(void);
pid_t gettid(void);
pid_t getpgrp(void);
pid_t setsid(void);
char *getpass(const char *prompt);

/* No signal ever comes, so no alarm does. */
unsigned int alarm(unsigned int seconds);
int pause(void);

void sync(void);
int syncfs(int fd);
int lockf(int fd, int command, off_t length);
int nice(int increment);
int getdtablesize(void);
int gethostname(char *name, size_t size);
char *ttyname(int fd);
int fchdir(int fd);
int chroot(const char *path);
long syscall(long number, ...);
ssize_t copy_file_range(int in, off_t *in_offset, int out, off_t *out_offset, size_t length, unsigned int flags);

#endif
