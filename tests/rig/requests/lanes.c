// SPDX-License-Identifier: GPL-2.0
/* Connections that live on. A request that is due while its connection is busy waits, and its latency
 * runs. */
#include "requests.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

/* All connect before the first request is due: how long a connection takes to open is not what they are
 * for. */
struct lane *open_lanes(const struct plan *plan)
{
	struct lane *lanes = calloc(plan->keep_alive, sizeof(*lanes));

	if (!lanes)
		fail("cannot hold the connections");
	for (int i = 0; i < plan->keep_alive; i++)
		lanes[i].fd = open_connection(plan);
	return lanes;
}

static void start_on(int epoll, struct lane *lane, struct request *r, const struct plan *plan, int64_t at)
{
	if (lane->fd < 0)
		lane->fd = open_connection(plan);
	lane->current = r;
	r->fd = lane->fd;
	if (r->fd < 0)
		end_request(epoll, r, plan, at, errno);
	else
		begin_exchange(epoll, r);
}

void join_lane(int epoll, struct request *r, const struct plan *plan, int64_t at)
{
	struct lane *lane = r->lane;

	if (!lane->current)
		start_on(epoll, lane, r, plan, at);
	else if (lane->last)
		lane->last = lane->last->next = r;
	else
		lane->first = lane->last = r;
}

/* Called for a request that is over: the next one takes the connection, a fresh one if it is broken. */
void leave_lane(int epoll, struct request *r, const struct plan *plan, int64_t at, bool good)
{
	struct lane *lane = r->lane;

	if (lane->current != r)
		return; /* it timed out before its turn: what takes its turn passes over it */
	lane->current = NULL;
	if (good) {
		watch(epoll, EPOLL_CTL_DEL, lane->fd, 0, NULL);
	} else if (lane->fd >= 0) {
		close(lane->fd);
		lane->fd = -1;
	}
	while (!lane->current && lane->first) {
		struct request *next = lane->first;
		lane->first = next->next;
		if (!lane->first)
			lane->last = NULL;
		if (!next->over)
			start_on(epoll, lane, next, plan, at);
	}
}
