/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last resort of a plugin that must never keep a pod from starting.
 *
 * If native code crashes, or a call never returns, the process writes the answer that was prepared before the
 * first native call, and ends with exit code 0.  A signal handler does that, on any thread and with any lock
 * held, so it only writes prepared text and exits.  Pods that start at the same time wait for each other,
 * which is not a hang: each completed step restarts the timer, up to a maximum for all steps.  While another
 * process holds the kernel's RTNL lock one of our threads may not be killable: the answer is written at once,
 * the exit follows when the lock is released.
 */
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
	time_t step_seconds, deadline;  /* of CLOCK_MONOTONIC */
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
			pause();        /* another thread writes the answer, and exits */
		if (signal != SIGALRM)  /* just disarmed: the instruction runs again, and crashes by default */
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

/* A step is complete: the next one has the full time again. */
void watchdog_heartbeat(void)
{
	time_t left = watchdog.deadline - now();

	if (watchdog.state == ARMED && left > 0)
		start_timer(left < watchdog.step_seconds ? left : watchdog.step_seconds);
}

/* The caller answers after this.  Does not return if the watchdog has fired. */
void watchdog_disarm(void)
{
	start_timer(0);
	if (!__sync_bool_compare_and_swap(&watchdog.state, ARMED, OFF))
		for (;;)
			pause();
	for (int i = 0; i < CRASH_COUNT; i++)
		sigaction(CRASHES[i], &watchdog.before[i], NULL);
	sigaction(SIGALRM, &watchdog.before[CRASH_COUNT], NULL);
}

/* A watchdog that is armed in part would answer besides the caller, or keep it from ending. */
static int give_up(void)
{
	int why = errno;

	watchdog_disarm();
	errno = why;
	return -1;
}

/*
 * Copies its arguments.  `crashed` and `hung` are log lines.  One step may take `step_seconds`, all steps
 * together `max_seconds`.  Returns 0, or -1 with errno.
 */
int watchdog_arm(const char *answer, const char *log, const char *crashed, const char *hung,
		 unsigned step_seconds, unsigned max_seconds)
{
	struct sigaction action = { .sa_handler = on_crash_or_timeout, .sa_flags = SA_ONSTACK };
	stack_t stack = { .ss_size = STACK };

	watchdog.answer = strdup(answer);
	watchdog.log = strdup(log);
	watchdog.crashed = strdup(crashed);
	watchdog.hung = strdup(hung);
	watchdog.stack = stack.ss_sp = malloc(STACK);   /* a stack overflow is a crash, too */
	if (!watchdog.answer || !watchdog.log || !watchdog.crashed || !watchdog.hung || !stack.ss_sp ||
	    sigaltstack(&stack, NULL))
		return -1;
	for (int i = 0; i <= CRASH_COUNT; i++)
		sigaction(i < CRASH_COUNT ? CRASHES[i] : SIGALRM, NULL, &watchdog.before[i]);
	watchdog.step_seconds = step_seconds;
	watchdog.deadline = now() + max_seconds;
	sigfillset(&action.sa_mask);
	watchdog.state = ARMED;
	for (int i = 0; i <= CRASH_COUNT; i++)
		if (sigaction(i < CRASH_COUNT ? CRASHES[i] : SIGALRM, &action, NULL))
			return give_up();
	return start_timer(step_seconds) ? give_up() : 0;
}
