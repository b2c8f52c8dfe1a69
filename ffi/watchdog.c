/* SPDX-License-Identifier: Apache-2.0 */
/* The last resort of a plugin that must never keep a pod from starting.
 *
 * A crash in native code, or a call that never returns, ends with the answer that was prepared before the first such
 * call, and exit code 0.  What runs then is a signal handler, on any thread, with any lock held: it can do nothing but
 * write what lies ready and exit.  Many pods that start at once wait for each other: that is no hang, so each step that is
 * made starts the time anew, up to a time for all of them.  While another process holds the kernel's RTNL lock a thread of
 * ours may not be killable: the answer is written, the exit follows when the lock is released.                        */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int CRASHES[] = { SIGSEGV, SIGBUS, SIGILL, SIGABRT, SIGFPE };
enum { CRASH_COUNT = sizeof(CRASHES) / sizeof(CRASHES[0]), STACK = 64 * 1024 };
enum state { OFF, ARMED, FIRING };

static struct {
	volatile enum state state;
	time_t seconds, deadline;       /* of CLOCK_MONOTONIC */
	char *answer, *log, *crashed, *hung;
	struct sigaction before[CRASH_COUNT + 1];
	void *stack;
} watchdog;

static void write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t done = write(fd, text, left);

		if (done <= 0)
			return;
		text += done;
		left -= done;
	}
}

static void on_crash_or_timeout(int signal)
{
	const char *line = signal == SIGALRM ? watchdog.hung : watchdog.crashed;
	int log;

	if (!__sync_bool_compare_and_swap(&watchdog.state, ARMED, FIRING)) {
		while (watchdog.state == FIRING)
			pause();        /* another thread is at it, and exits for both */
		if (signal != SIGALRM)  /* called off a moment ago: it happens again as without a watchdog */
			sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
		return;
	}
	write_all(STDOUT_FILENO, watchdog.answer);
	write_all(STDERR_FILENO, line);
	log = open(watchdog.log, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (log >= 0)
		write_all(log, line);
	_exit(0);
}

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

static int start_timer(time_t seconds)
{
	struct itimerval timer = { .it_value.tv_sec = seconds };

	return setitimer(ITIMER_REAL, &timer, NULL);
}

/* A step was made: the next one has its whole time again. */
void natra_watchdog_alive(void)
{
	time_t left = watchdog.deadline - now();

	if (watchdog.state == ARMED && left > 0)
		start_timer(left < watchdog.seconds ? left : watchdog.seconds);
}

/* After this the caller answers.  If the watchdog was quicker it does not return. */
void natra_watchdog_disarm(void)
{
	start_timer(0);
	if (!__sync_bool_compare_and_swap(&watchdog.state, ARMED, OFF))
		for (;;)
			pause();
	for (int i = 0; i < CRASH_COUNT; i++)
		sigaction(CRASHES[i], &watchdog.before[i], NULL);
	sigaction(SIGALRM, &watchdog.before[CRASH_COUNT], NULL);
}

/* Half a watchdog would answer beside the caller, or keep it from ending. */
static int give_up(void)
{
	int why = errno;

	natra_watchdog_disarm();
	errno = why;
	return -1;
}

/* Copies its arguments.  `crashed` and `hung` are log lines; a step may take `seconds`, all of them `most`.  Returns 0, or -1
 * with errno.                                                                                                         */
int natra_watchdog_arm(const char *answer, const char *log, const char *crashed, const char *hung, unsigned seconds,
		       unsigned most)
{
	struct sigaction action = { .sa_handler = on_crash_or_timeout, .sa_flags = SA_ONSTACK };
	stack_t stack = { .ss_size = STACK };

	watchdog.answer = strdup(answer);
	watchdog.log = strdup(log);
	watchdog.crashed = strdup(crashed);
	watchdog.hung = strdup(hung);
	watchdog.stack = stack.ss_sp = malloc(STACK);   /* a crash may be that of the stack */
	if (!watchdog.answer || !watchdog.log || !watchdog.crashed || !watchdog.hung || !stack.ss_sp ||
	    sigaltstack(&stack, NULL))
		return -1;
	for (int i = 0; i <= CRASH_COUNT; i++)
		sigaction(i < CRASH_COUNT ? CRASHES[i] : SIGALRM, NULL, &watchdog.before[i]);
	watchdog.seconds = seconds;
	watchdog.deadline = now() + most;
	sigfillset(&action.sa_mask);
	watchdog.state = ARMED;
	for (int i = 0; i <= CRASH_COUNT; i++)
		if (sigaction(i < CRASH_COUNT ? CRASHES[i] : SIGALRM, &action, NULL))
			return give_up();
	return start_timer(seconds) ? give_up() : 0;
}
