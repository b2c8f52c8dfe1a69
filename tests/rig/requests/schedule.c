// SPDX-License-Identifier: GPL-2.0
/* When requests are due. */
#include "requests.h"

#include <math.h>
#include <stdlib.h>

/* splitmix64: small, seedable, and the same on every machine, so that rows under comparison share one
 * schedule. */
double next_uniform(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return ((z ^ z >> 31) >> 11) * 0x1p-53;
}

/* When the rate with this index ends; the first one begins with the warm-up. */
static double end_of(const struct plan *plan, int phase)
{
	return plan->warmup + plan->seconds * (phase + 1) / plan->rate_count;
}

struct request *make_schedule(const struct plan *plan, size_t *count)
{
	size_t room = 1024, n = 0;
	struct request *requests = calloc(room, sizeof(*requests));
	uint64_t random = plan->seed;
	double t = 0;

	for (int phase = 0; phase < plan->rate_count;) {
		double rate = plan->rates[phase];
		double next = t + (plan->uniform ? 1 / rate : -log(1 - next_uniform(&random)) / rate);
		if (next >= end_of(plan, phase)) {
			t = end_of(plan, phase++); /* a Poisson process has no memory: it begins again at its new rate */
			continue;
		}
		t = next;
		if (n == room)
			requests = realloc(requests, (room *= 2) * sizeof(*requests));
		if (!requests)
			fail("cannot hold the schedule");
		requests[n++] = (struct request){ .outcome.due = t * NS_PER_SECOND, .fd = -1 };
	}
	*count = n;
	return requests;
}
