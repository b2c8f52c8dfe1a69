// SPDX-License-Identifier: GPL-2.0
/*
 * What one run of a program costs as a whole:
 *
 *   cost PROGRAM [ARGUMENT…] < INPUT
 *
 * Feeds it all of INPUT, lets it write to our stdout and stderr, then prints a last line of JSON: wall-clock
 * time from just before the fork until it is reaped, CPU time and peak memory as the kernel accounts them
 * (wait4), exit status.
 *
 * A program of its own because the kernel hands these figures only to the parent, and because the peak of a
 * forked child begins with its parent's size: this parent is small. The input is in the pipe before the clock
 * starts, as it is when a container runtime calls: it must fit in one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_INPUT (256 << 10)

static char input[MOST_INPUT];

static _Noreturn void fail(const char *action)
{
	fprintf(stderr, "cost: %s: %s\n", action, strerror(errno));
	exit(125);
}

static size_t read_input(void)
{
	size_t length = 0;

	for (;;) {
		ssize_t n = read(STDIN_FILENO, input + length, sizeof(input) - length);
		if (n < 0)
			fail("cannot read the input");
		if (n == 0)
			return length;
		length += n;
		if (length == sizeof(input)) {
			errno = EFBIG;
			fail("cannot hold the input");
		}
	}
}

/* A pipe that already holds the input and then ends. */
static int filled_pipe(void)
{
	size_t length = read_input();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		fail("cannot make a pipe");
	fcntl(ends[1], F_SETPIPE_SZ, MOST_INPUT);
	fcntl(ends[1], F_SETFL, O_NONBLOCK); /* what does not fit is an error, not a deadlock */
	if (write(ends[1], input, length) != (ssize_t)length)
		fail("cannot fill the pipe");
	close(ends[1]);
	return ends[0];
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static double ms_of(struct timeval t)
{
	return t.tv_sec * 1e3 + t.tv_usec / 1e3;
}

int main(int argc, char **argv)
{
	struct rusage used;
	int status;

	if (argc < 2) {
		fputs("usage: cost PROGRAM [ARGUMENT…] < INPUT\n", stderr);
		return 125;
	}
	int from = filled_pipe();
	double start = now_ms();
	pid_t child = fork();

	if (child < 0)
		fail("cannot fork");
	if (child == 0) {
		dup2(from, STDIN_FILENO);
		execvp(argv[1], argv + 1);
		fail(argv[1]);
	}
	while (wait4(child, &status, 0, &used) < 0)
		if (errno != EINTR)
			fail("cannot wait");
	double wall = now_ms() - start;

	printf("\n{\"wall\":%.3f,\"user\":%.3f,\"system\":%.3f,\"peak\":%ld,\"code\":%d}\n", wall, ms_of(used.ru_utime),
	       ms_of(used.ru_stime), used.ru_maxrss * 1024L,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}
