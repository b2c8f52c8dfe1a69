// SPDX-License-Identifier: GPL-2.0
/* The asking side, closed loop: each client asks again as soon as it is answered. Latency runs from the
 * asking. */
#include "requests.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define RETRY_NS (NS_PER_SECOND / 100) /* a client that is refused does not spin */

struct record {
	struct outcome *outcomes;
	size_t count, room;
};

static void record(struct record *record, const struct outcome *outcome)
{
	if (record->count == record->room) {
		record->room = record->room ? record->room * 2 : 1024;
		record->outcomes = realloc(record->outcomes, record->room * sizeof(*outcome));
		if (!record->outcomes)
			fail("cannot hold the outcomes");
	}
	record->outcomes[record->count++] = *outcome;
}

static void ask(int epoll, struct request *r, const struct plan *plan, int64_t at)
{
	*r = (struct request){ .outcome.due = at, .fd = open_connection(plan) };
	if (r->fd < 0)
		end_request(epoll, r, plan, at, errno);
	else
		begin_exchange(epoll, r);
}

void load_closed(const struct plan *plan)
{
	int epoll = epoll_create1(0);
	struct epoll_event events[EVENTS];
	struct request *clients = calloc(plan->clients, sizeof(*clients));
	int64_t start = now_ns(), timeout = plan->timeout * NS_PER_SECOND;
	int64_t end = (plan->warmup + plan->seconds) * NS_PER_SECOND;
	struct record done = { 0 };
	bool busy = true;

	if (!clients)
		fail("cannot hold the clients");
	for (int i = 0; i < plan->clients; i++)
		ask(epoll, &clients[i], plan, now_ns() - start);
	while (busy) {
		int n = epoll_wait(epoll, events, EVENTS, 10);
		int64_t at = now_ns() - start;
		for (int i = 0; i < n; i++)
			advance_request(epoll, events[i].data.ptr, plan, at);
		busy = false;
		for (int i = 0; i < plan->clients; i++) {
			struct request *r = &clients[i];
			if (!r->over && at - r->outcome.due >= timeout)
				end_request(epoll, r, plan, at, ETIMEDOUT);
			bool waits = r->over && r->outcome.error && at - r->outcome.due < RETRY_NS;
			if (r->over && !waits) {
				if (r->outcome.due < end)
					record(&done, &r->outcome);
				r->outcome.due = end; /* recorded once */
				if (at < end)
					ask(epoll, r, plan, at);
			}
			busy |= at < end || !r->over;
		}
	}
	print_result(plan, done.outcomes, done.count, 0);
	free(done.outcomes);
	free(clients);
	close(epoll);
}
