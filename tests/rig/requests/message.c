// SPDX-License-Identifier: GPL-2.0
/* Sending, the same on both sides. */
#include "requests.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>

static const char payload[64 << 10]; /* what both sides send, over and over; the content does not matter */

void watch(int epoll, int operation, int fd, uint32_t events, void *owner)
{
	struct epoll_event event = { .events = events, .data.ptr = owner };

	if (epoll_ctl(epoll, operation, fd, &event))
		fail("epoll_ctl");
}

void prepare_socket(int fd, const char *congestion)
{
	int on = 1;

	/* A request and its answer are one small message each: Nagle's algorithm would only hold back the last
	 * segment. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (congestion && setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, congestion, strlen(congestion)))
		fail("cannot set the congestion control");
}

/* Sends the header, then as much of the body as the socket takes. Returns false when the connection is
 * broken. */
bool send_message(int fd, const char *header, size_t header_length, size_t total, size_t *sent)
{
	while (*sent < total) {
		char first[HEADER_ROOM + 16384];
		const char *from = payload;
		size_t length = total - *sent;

		if (*sent < header_length) { /* header and body in one write, as an HTTP client does */
			size_t rest = header_length - *sent;
			length = length < sizeof(first) ? length : sizeof(first);
			memcpy(first, header + *sent, rest);
			memset(first + rest, 0, length - rest);
			from = first;
		} else if (length > sizeof(payload)) {
			length = sizeof(payload);
		}
		ssize_t n = send(fd, from, length, MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		*sent += n;
	}
	return true;
}
