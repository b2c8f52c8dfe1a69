/* SPDX-License-Identifier: Apache-2.0 */
/* Which call goes wrong, and how. */
#include "inject.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MOST_NAMES = 256, LONGEST = 48 };

static struct {
	char call[LONGEST], how[LONGEST];
	int nth;
	bool later;
	int log;
} order = { .log = -1 };

static struct {
	char name[LONGEST];
	int calls;
} counts[MOST_NAMES];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static const struct {
	const char *name;
	int code;
} ERRNOS[] = {
	{ "EPERM", EPERM },   { "ENOENT", ENOENT }, { "EIO", EIO },       { "EAGAIN", EAGAIN }, { "ENOMEM", ENOMEM },
	{ "EBUSY", EBUSY },   { "EEXIST", EEXIST }, { "ENODEV", ENODEV }, { "EINVAL", EINVAL }, { "EMFILE", EMFILE },
	{ "ENOSPC", ENOSPC }, { "EROFS", EROFS },
};

/* By the system call itself: what calls write(2) or open(2) here would count as a call of natra's. */
static void append(const char *text, size_t length)
{
	if (order.log >= 0 && syscall(SYS_write, order.log, text, length) < 0)
		_exit(99);
}

__attribute__((constructor)) static void read_orders(void)
{
	const char *wanted = getenv("FAULT"), *log = getenv("FAULT_LOG");
	char plus[2];

	if (log) {
		order.log = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (order.log < 0)
			_exit(98);
	}
	if (!wanted)
		return;
	if (sscanf(wanted, "%47[^:]:%d%1[+]:%47s", order.call, &order.nth, plus, order.how) == 4)
		order.later = true;
	else if (sscanf(wanted, "%47[^:]:%d:%47s", order.call, &order.nth, order.how) != 3)
		_exit(97);
}

static int count(const char *name)
{
	for (int i = 0; i < MOST_NAMES; i++) {
		if (!counts[i].name[0])
			snprintf(counts[i].name, LONGEST, "%s", name);
		if (strcmp(counts[i].name, name) == 0)
			return ++counts[i].calls;
	}
	_exit(96);
}

static void never_return(void)
{
	for (;;)
		pause();
}

static void touch_missing_page(void)
{
	int fd = memfd_create("empty", MFD_CLOEXEC);
	volatile char *page = mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0);

	(void)*page;
}

static volatile bool endless = true;

__attribute__((noinline)) static int overflow(volatile char *above)
{
	volatile char frame[4096];

	frame[0] = above ? above[0] : 1;
	return endless ? overflow(frame) + frame[0] : 0;
}

static void crash(const char *how)
{
	volatile int zero = 0;

	if (strcmp(how, "SIGSEGV") == 0)
		*(volatile int *)8 = zero;
	else if (strcmp(how, "SIGBUS") == 0)
		touch_missing_page();
	else if (strcmp(how, "SIGILL") == 0)
		__builtin_trap();
	else if (strcmp(how, "SIGABRT") == 0)
		abort();
	else if (strcmp(how, "SIGFPE") == 0)
		raise(SIGFPE); /* no division by zero traps on every machine */
	else if (strcmp(how, "stack") == 0)
		overflow(NULL);
	else if (strcmp(how, "SIGKILL") == 0)
		kill(getpid(), SIGKILL);
}

static bool go_wrong(const char *how)
{
	for (size_t i = 0; i < sizeof(ERRNOS) / sizeof(ERRNOS[0]); i++) {
		if (strcmp(how, ERRNOS[i].name) == 0) {
			errno = ERRNOS[i].code;
			return true;
		}
	}
	if (strcmp(how, "slow") == 0) {
		nanosleep(&(struct timespec){ .tv_nsec = 300000000 }, NULL);
		return false;
	}
	if (strcmp(how, "hang") == 0)
		never_return();
	crash(how);
	_exit(95);
}

bool fault(const char *name)
{
	int before = errno, nth, length;
	char line[LONGEST + 1];

	pthread_mutex_lock(&lock);
	nth = count(name);
	length = snprintf(line, sizeof(line), "%s\n", name);
	append(line, length);
	pthread_mutex_unlock(&lock);
	errno = before;
	if (strcmp(name, order.call) != 0 || nth < order.nth || (nth > order.nth && !order.later))
		return false;
	append("!\n", 2);
	return go_wrong(order.how);
}
