// SPDX-License-Identifier: GPL-2.0
/* The asking side: the schedule, its run, its figures. */
#define _GNU_SOURCE
#include "requests.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

struct request {
	int64_t scheduled; /* ns after the start */
	int fd; /* -1: not started, or over */
	size_t sent, received;
	double latency; /* ms */
	bool bad, over;
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

/* splitmix64: small, seedable, and the same on every machine, so that rows under comparison share one schedule. */
static double next_uniform(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return ((z ^ z >> 31) >> 11) * 0x1p-53;
}

static struct request *make_schedule(const struct plan *plan, size_t *count)
{
	size_t room = 1024, n = 0;
	struct request *requests = calloc(room, sizeof(*requests));
	uint64_t random = plan->seed;

	for (double t = 0;;) {
		t += plan->uniform ? 1 / plan->rate : -log(1 - next_uniform(&random)) / plan->rate;
		if (t >= plan->warmup + plan->seconds)
			break;
		if (n == room)
			requests = realloc(requests, (room *= 2) * sizeof(*requests));
		if (!requests)
			fail("cannot hold the schedule");
		requests[n++] = (struct request){ .scheduled = t * NS_PER_SECOND, .fd = -1 };
	}
	*count = n;
	return requests;
}

static void end_request(struct request *r, const struct plan *plan, int64_t at, bool good)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	r->over = true;
	r->bad = !good;
	r->latency = good ? (at - r->scheduled) / 1e6 : plan->timeout * 1e3;
}

static void start_request(int epoll, struct request *r, const struct plan *plan, int64_t at)
{
	r->fd = socket(plan->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (r->fd >= 0)
		prepare_socket(r->fd, plan->congestion);
	if (r->fd < 0 ||
	    (connect(r->fd, (const struct sockaddr *)&plan->address, plan->address_length) && errno != EINPROGRESS))
		end_request(r, plan, at, false);
	else
		watch(epoll, EPOLL_CTL_ADD, r->fd, EPOLLIN | EPOLLOUT, r);
}

static void advance_request(int epoll, struct request *r, const struct plan *plan, int64_t at)
{
	char sink[64 << 10];
	ssize_t n = -1;

	if (r->sent < plan->request_total) {
		if (!send_message(r->fd, plan->header, plan->header_length, plan->request_total, &r->sent)) {
			end_request(r, plan, at, false);
			return;
		}
		if (r->sent == plan->request_total)
			watch(epoll, EPOLL_CTL_MOD, r->fd, EPOLLIN, r);
	}
	while (r->received < plan->answer_total && (n = recv(r->fd, sink, sizeof(sink), 0)) > 0)
		r->received += n;
	if (r->received >= plan->answer_total)
		end_request(r, plan, at, true);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		end_request(r, plan, at, false);
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
		for (; started < count && requests[started].scheduled <= at; started++) {
			if (at - requests[started].scheduled > worst_delay)
				worst_delay = at - requests[started].scheduled;
			start_request(epoll, &requests[started], plan, at);
		}
		for (; oldest < started; oldest++) {
			struct request *r = &requests[oldest];
			if (!r->over && at - r->scheduled < timeout)
				break;
			if (!r->over)
				end_request(r, plan, at, false);
		}
		if (started < count)
			wake_at(timer, start + requests[started].scheduled);
		else if (oldest < count)
			wake_at(timer, start + requests[oldest].scheduled + timeout);
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

static int by_value(const void *left, const void *right)
{
	double difference = *(const double *)left - *(const double *)right;

	return (difference > 0) - (difference < 0);
}

static void print_percentile(const char *name, const double *sorted, size_t count, double share)
{
	if (count == 0)
		printf(",\"%s\":null", name);
	else
		printf(",\"%s\":%.3f", name, sorted[(size_t)ceil(share * count) - 1]);
}

static void print_result(const struct plan *plan, const struct request *requests, size_t count, int64_t worst_delay)
{
	double *latencies = calloc(count + 1, sizeof(*latencies));
	size_t counted = 0, bad = 0;

	for (size_t i = 0; i < count; i++) {
		if (requests[i].scheduled < plan->warmup * NS_PER_SECOND)
			continue;
		latencies[counted++] = requests[i].latency;
		bad += requests[i].bad;
	}
	qsort(latencies, counted, sizeof(*latencies), by_value);
	printf("{\"count\":%zu,\"bad\":%zu,\"maxStartDelay\":%.3f", counted, bad, worst_delay / 1e6);
	print_percentile("p50", latencies, counted, 0.5);
	print_percentile("p90", latencies, counted, 0.9);
	print_percentile("p99", latencies, counted, 0.99);
	print_percentile("max", latencies, counted, 1);
	if (plan->samples) {
		printf(",\"samples\":[");
		for (size_t i = 0; i < counted; i++)
			printf(i ? ",%.3f" : "%.3f", latencies[i]);
		printf("]");
	}
	puts("}");
	free(latencies);
}

void load(const struct plan *plan)
{
	size_t count;
	struct request *requests = make_schedule(plan, &count);
	int64_t worst_delay = run_schedule(plan, requests, count);

	print_result(plan, requests, count, worst_delay);
	free(requests);
}
