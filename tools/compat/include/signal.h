/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals: handlers are kept, and only raise() ever calls one. */
#ifndef KDISK_SIGNAL_H
#define KDISK_SIGNAL_H

#include_next <signal.h>
#include <stdint.h>
#include <sys/types.h>

/* wasi-libc's are functions of its emulation library, which is not linked; 1 is a function's address here. */
#undef SIG_ERR
#undef SIG_DFL
#undef SIG_IGN
#define SIG_ERR ((void (*)(int))-1)
#define SIG_DFL ((void (*)(int))0)
#define SIG_IGN ((void (*)(int))-2)

#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SA_NOCLDSTOP 0x00000001
#define SA_NOCLDWAIT 0x00000002
#define SA_SIGINFO 0x00000004
#define SA_ONSTACK 0x08000000
#define SA_RESTART 0x10000000
#define SA_NODEFER 0x40000000
#define SA_RESETHAND 0x80000000

#ifndef SIGRTMIN
#define SIGRTMIN 34
#define SIGRTMAX 64
#endif

typedef uint64_t kdisk_sigset;
#define sigset_t kdisk_sigset

#define SI_USER 0
#define SI_KERNEL 128

union sigval {
	int sival_int;
	void *sival_ptr;
};

typedef struct {
	int si_signo;
	int si_errno;
	int si_code;
	int si_fd;
	pid_t si_pid;
	uid_t si_uid;
	void *si_addr;
	union sigval si_value;
} siginfo_t;

struct sigaction {
	union {
		void (*sa_handler)(int);
		void (*sa_sigaction)(int, siginfo_t *, void *);
	};
	sigset_t sa_mask;
	int sa_flags;
	void (*sa_restorer)(void);
};

int sigaction(int signal, const struct sigaction *action, struct sigaction *old);
int sigemptyset(sigset_t *set);
int sigfillset(sigset_t *set);
int sigaddset(sigset_t *set, int signal);
int sigdelset(sigset_t *set, int signal);
int sigismember(const sigset_t *set, int signal);
int sigprocmask(int how, const sigset_t *set, sigset_t *old);
int pthread_sigmask(int how, const sigset_t *set, sigset_t *old);
int sigsuspend(const sigset_t *set);
int kill(pid_t pid, int signal);

#endif
