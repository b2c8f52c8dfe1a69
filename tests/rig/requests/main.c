// SPDX-License-Identifier: GPL-2.0
/*
 * Small requests as a busy service sees them, and how long each took.
 *
 *   requests serve PORT [CONGESTION]
 *   requests load ADDRESS PORT --rate PER_SECOND[,PER_SECOND…] --seconds S --bytes N [--keep-alive CONNECTIONS]
 *                 [--warmup S] [--timeout S] [--seed N] [--congestion NAME] [--uniform] [--samples]
 *   requests load ADDRESS PORT --clients N --seconds S --bytes N [--warmup S] [--timeout S] …
 *
 * Each request is a fresh TCP connection that carries N bytes to the server and N bytes back. Requests start on a
 * schedule (Poisson, or evenly spaced with --uniform) whatever became of the earlier ones, and each one's latency counts
 * from the moment it was scheduled for: a stall is paid by every request that it delays, not only by the one that was
 * under way (no "coordinated omission"). One that fails or does not end within the timeout is bad, and counts with the
 * whole timeout: it must not look quicker than a slow answer. Requests scheduled in the warm-up are made but not counted.
 *
 * Several rates share the counted seconds equally, one after the other. With --keep-alive the requests go out on so many
 * connections that live on, each on one chosen at random; who finds it busy waits. With --clients the loop is closed:
 * so many clients ask again as soon as they are answered, as load generators that measure throughput do.
 *
 * Why not oha, vegeta or wrk: the load must be open loop, on fresh connections, with bytes in BOTH directions, so that
 * both of a pod's limits are felt; it must run from one small static file inside a virtual machine; and a bare machine
 * has neither a Rust toolchain nor those programs' packages.
 *
 * One process, one thread, epoll. `serve` prints "listening" when it is ready. `load` prints one line of JSON: counts,
 * percentiles by nearest rank in ms, how late the load itself ever started a request, and with --samples each latency
 * and when it was due, in seconds after the warm-up.
 */
#include "requests.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

void fail(const char *action)
{
	fprintf(stderr, "requests: %s: %s\n", action, strerror(errno));
	exit(1);
}

void usage(const char *what, const char *value)
{
	fprintf(stderr, "requests: %s \"%s\"\n", what, value);
	exit(2);
}

/* Thousands of slow requests may be open at once. */
static void allow_many_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/*
 * The network is to be measured, not the wait for a CPU that elephants keep busy: run as soon as there is something to
 * do. Where that is not allowed, --samples and maxStartDelay still tell how busy the machine was.
 */
static void ask_for_priority(void)
{
	struct sched_param priority = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_RR, &priority))
		setpriority(PRIO_PROCESS, 0, -10);
}

int main(int argc, char **argv)
{
	allow_many_files();
	ask_for_priority();
	if ((argc == 3 || argc == 4) && strcmp(argv[1], "serve") == 0)
		serve(argv[2], argv[3]); /* argv ends with NULL */
	if (argc >= 4 && strcmp(argv[1], "load") == 0) {
		struct plan plan = read_plan(argc, argv);
		if (plan.clients)
			load_closed(&plan);
		else
			load(&plan);
		return 0;
	}
	fprintf(stderr, "usage: requests serve PORT [CONGESTION] | requests load ADDRESS PORT --rate PER_SECOND --seconds S --bytes N\n");
	return 2;
}

