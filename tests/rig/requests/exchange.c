// SPDX-License-Identifier: GPL-2.0
/* One request: asked, answered, over. */
#define _GNU_SOURCE
#include "requests.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

int open_connection(const struct plan *plan)
{
	int fd = socket(plan->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0), error;

	if (fd < 0)
		return -1;
	prepare_socket(fd, plan->congestion);
	if (connect(fd, (const struct sockaddr *)&plan->address, plan->address_length) == 0 || errno == EINPROGRESS)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

void begin_exchange(int epoll, struct request *r)
{
	watch(epoll, EPOLL_CTL_ADD, r->fd, EPOLLIN | EPOLLOUT, r);
}

void end_request(int epoll, struct request *r, const struct plan *plan, int64_t at, int error)
{
	r->over = true;
	r->outcome.error = error;
	r->outcome.latency = error ? plan->timeout * 1e3 : (at - r->outcome.due) / 1e6;
	if (r->lane)
		leave_lane(epoll, r, plan, at, !error);
	else if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

void advance_request(int epoll, struct request *r, const struct plan *plan, int64_t at)
{
	char sink[64 << 10];
	ssize_t n = -1;

	if (r->sent < plan->request_total) {
		if (!send_message(r->fd, plan->header, plan->header_length, plan->request_total, &r->sent)) {
			end_request(epoll, r, plan, at, errno);
			return;
		}
		if (r->sent == plan->request_total)
			watch(epoll, EPOLL_CTL_MOD, r->fd, EPOLLIN, r);
	}
	while (r->received < plan->answer_total && (n = recv(r->fd, sink, sizeof(sink), 0)) > 0)
		r->received += n;
	if (r->received >= plan->answer_total)
		end_request(epoll, r, plan, at, 0);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		end_request(epoll, r, plan, at, n == 0 ? ENODATA : errno);
}
