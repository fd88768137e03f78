// SPDX-License-Identifier: GPL-2.0-only
// Signals: none comes from outside; raise() finds the handler that was set, and the default ends the program.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct sigaction actions[_NSIG];
static sigset_t blocked;

static sigset_t bit(int signal)
{
	return (sigset_t)1 << (signal - 1);
}

static int check(int signal)
{
	if (signal > 0 && signal < _NSIG)
		return 0;
	errno = EINVAL;
	return -1;
}

int sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
	if (check(signal))
		return -1;
	if (old)
		*old = actions[signal];
	if (action)
		actions[signal] = *action;
	return 0;
}

void (*signal(int number, void (*handler)(int)))(int)
{
	struct sigaction action = {.sa_handler = handler};
	struct sigaction old;

	return sigaction(number, &action, &old) ? SIG_ERR : old.sa_handler;
}

static int is_harmless(int signal)
{
	return signal == SIGCHLD || signal == SIGURG || signal == SIGWINCH || signal == SIGCONT;
}

int raise(int signal)
{
	struct sigaction *action;

	if (check(signal))
		return -1;
	action = &actions[signal];
	if (action->sa_handler == SIG_IGN)
		return 0;
	if (action->sa_handler != SIG_DFL) {
		if (action->sa_flags & SA_SIGINFO)
			action->sa_sigaction(signal, &(siginfo_t){.si_signo = signal}, NULL);
		else
			action->sa_handler(signal);
		return 0;
	}
	if (is_harmless(signal))
		return 0;
	fprintf(stderr, "ended by signal %d\n", signal);
	/* As a shell reports a program that a signal ended. */
	_exit(128 + signal);
}

int kill(pid_t pid, int signal)
{
	if (pid != getpid() && pid != 0) {
		errno = ESRCH;
		return -1;
	}
	return signal == 0 ? 0 : raise(signal);
}

int sigemptyset(sigset_t *set)
{
	*set = 0;
	return 0;
}

int sigfillset(sigset_t *set)
{
	*set = ~(sigset_t)0;
	return 0;
}

int sigaddset(sigset_t *set, int signal)
{
	if (check(signal))
		return -1;
	*set |= bit(signal);
	return 0;
}

int sigdelset(sigset_t *set, int signal)
{
	if (check(signal))
		return -1;
	*set &= ~bit(signal);
	return 0;
}

int sigismember(const sigset_t *set, int signal)
{
	return check(signal) ? -1 : (*set & bit(signal)) != 0;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	if (old)
		*old = blocked;
	if (!set)
		return 0;
	switch (how) {
	case SIG_BLOCK:
		blocked |= *set;
		return 0;
	case SIG_UNBLOCK:
		blocked &= ~*set;
		return 0;
	case SIG_SETMASK:
		blocked = *set;
		return 0;
	default:
		errno = EINVAL;
		return -1;
	}
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	return sigprocmask(how, set, old) ? errno : 0;
}

int sigsuspend(const sigset_t *set)
{
	(void)set;
	errno = ENOSYS;
	return -1;
}

char *strsignal(int signal)
{
	static char text[16];

	snprintf(text, sizeof(text), "signal %d", signal);
	return text;
}

unsigned int alarm(unsigned int seconds)
{
	(void)seconds;
	return 0;
}

int pause(void)
{
	errno = ENOSYS;
	return -1;
}
