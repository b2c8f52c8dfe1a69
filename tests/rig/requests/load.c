// SPDX-License-Identifier: GPL-2.0
/* The asking side, open loop: requests start when they are due. */
#define _GNU_SOURCE
#include "requests.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

static void start_request(int epoll, struct request *r, const struct plan *plan, int64_t at)
{
	if (r->lane) {
		join_lane(epoll, r, plan, at);
		return;
	}
	r->fd = open_connection(plan);
	if (r->fd < 0)
		end_request(epoll, r, plan, at, errno);
	else
		begin_exchange(epoll, r);
}

static void wake_at(int timer, int64_t monotonic_ns)
{
	struct itimerspec when = { .it_value = { monotonic_ns / NS_PER_SECOND, monotonic_ns % NS_PER_SECOND } };

	timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

/* Runs the schedule to its end. Returns how late the load itself ever was with a start, in ns. */
static int64_t run_schedule(const struct plan *plan, struct request *requests, size_t count)
{
	int epoll = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	struct epoll_event events[EVENTS];
	int64_t start = now_ns(), timeout = plan->timeout * NS_PER_SECOND, worst_delay = 0;
	size_t started = 0, oldest = 0; /* before `oldest` every request is over */

	watch(epoll, EPOLL_CTL_ADD, timer, EPOLLIN, NULL);
	while (oldest < count) {
		int64_t at = now_ns() - start;
		for (; started < count && requests[started].outcome.due <= at; started++) {
			if (at - requests[started].outcome.due > worst_delay)
				worst_delay = at - requests[started].outcome.due;
			start_request(epoll, &requests[started], plan, at);
		}
		for (; oldest < started; oldest++) {
			struct request *r = &requests[oldest];
			if (!r->over && at - r->outcome.due < timeout)
				break;
			if (!r->over)
				end_request(epoll, r, plan, at, ETIMEDOUT);
		}
		if (started < count)
			wake_at(timer, start + requests[started].outcome.due);
		else if (oldest < count)
			wake_at(timer, start + requests[oldest].outcome.due + timeout);
		int n = oldest < count ? epoll_wait(epoll, events, EVENTS, 100) : 0;
		at = now_ns() - start;
		for (int i = 0; i < n; i++) {
			struct request *r = events[i].data.ptr;
			uint64_t expirations;
			if (r)
				advance_request(epoll, r, plan, at);
			else if (read(timer, &expirations, sizeof(expirations)) < 0 && errno != EAGAIN)
				fail("timerfd");
		}
	}
	close(timer);
	close(epoll);
	return worst_delay;
}

void load(const struct plan *plan)
{
	size_t count;
	struct request *requests = make_schedule(plan, &count);
	struct outcome *outcomes = calloc(count + 1, sizeof(*outcomes));
	struct lane *lanes = plan->keep_alive ? open_lanes(plan) : NULL;
	uint64_t random = ~plan->seed;

	if (!outcomes)
		fail("cannot hold the outcomes");
	for (size_t i = 0; lanes && i < count; i++)
		requests[i].lane = &lanes[(size_t)(next_uniform(&random) * plan->keep_alive)];
	int64_t worst_delay = run_schedule(plan, requests, count);

	for (size_t i = 0; i < count; i++)
		outcomes[i] = requests[i].outcome;
	print_result(plan, outcomes, count, worst_delay);
	free(outcomes);
	free(requests);
	free(lanes);
}
