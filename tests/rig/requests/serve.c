// SPDX-License-Identifier: GPL-2.0
/* The answering side. */
#define _GNU_SOURCE
#include "requests.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct connection {
	int fd;
	char header[HEADER_ROOM];
	size_t header_length;
	long body_left; /* of the request; -1 while its header is incomplete */
	size_t answer_total, answer_header, answer_sent;
	bool keep_alive;
};

static void drop_connection(struct connection *c)
{
	close(c->fd);
	free(c);
}

/* "GET /BYTES HTTP/1.0\r\nContent-Length: BYTES\r\n\r\n": how much to answer, how much will come. HTTP/1.1
 * keeps alive. */
static bool read_header(struct connection *c, size_t header_end)
{
	long answer, body;
	int minor;

	if (sscanf(c->header, "GET /%ld HTTP/1.%d\r\nContent-Length: %ld\r\n", &answer, &minor, &body) != 3)
		return false;
	if (answer < 0 || answer > MAX_BYTES || body < 0 || body > MAX_BYTES)
		return false;
	c->keep_alive = minor == 1;
	c->body_left = body - (long)(c->header_length - header_end);
	c->answer_header = snprintf(c->header, sizeof(c->header), "HTTP/1.0 200 OK\r\nContent-Length: %ld\r\n\r\n", answer);
	c->answer_total = c->answer_header + answer;
	return true;
}

/* Returns false when the connection is over. */
static bool serve_readable(struct connection *c)
{
	char sink[64 << 10];

	for (;;) {
		bool in_header = c->body_left < 0;
		char *to = in_header ? c->header + c->header_length : sink;
		size_t room = in_header ? sizeof(c->header) - 1 - c->header_length : sizeof(sink);
		ssize_t n = recv(c->fd, to, room, 0);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n == 0)
			return false;
		if (!in_header) {
			c->body_left -= n < c->body_left ? n : c->body_left;
			continue;
		}
		c->header_length += n;
		c->header[c->header_length] = 0;
		char *end = strstr(c->header, "\r\n\r\n");
		if (end ? !read_header(c, end + 4 - c->header) : c->header_length == sizeof(c->header) - 1)
			return false;
	}
}

static bool serve_connection(int epoll, struct connection *c)
{
	if (!serve_readable(c))
		return false;
	if (c->body_left != 0 || c->answer_sent == c->answer_total)
		return true;
	if (!send_message(c->fd, c->header, c->answer_header, c->answer_total, &c->answer_sent))
		return false;
	bool finished = c->answer_sent == c->answer_total;
	if (finished && c->keep_alive)
		*c = (struct connection){ .fd = c->fd, .body_left = -1 };
	else if (finished)
		shutdown(c->fd, SHUT_WR);
	watch(epoll, EPOLL_CTL_MOD, c->fd, finished ? EPOLLIN : EPOLLIN | EPOLLOUT, c);
	return true;
}

static int listen_on(const char *port)
{
	int on = 1, off = 0, fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(atoi(port)) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	struct sockaddr *address = (struct sockaddr *)&six;
	socklen_t length = sizeof(six);

	if (fd >= 0) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	} else { /* a kernel without IPv6 */
		fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		address = (struct sockaddr *)&four;
		length = sizeof(four);
	}
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, address, length) || listen(fd, 4096))
		fail("cannot listen");
	return fd;
}

void serve(const char *port, const char *congestion)
{
	int listener = listen_on(port), epoll = epoll_create1(0);
	struct epoll_event events[EVENTS];

	watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
	puts("listening");
	fflush(stdout);
	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1);
		for (int i = 0; i < n; i++) {
			struct connection *c = events[i].data.ptr;
			if (c) {
				if (!serve_connection(epoll, c))
					drop_connection(c);
				continue;
			}
			int fd;
			while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
				prepare_socket(fd, congestion);
				c = calloc(1, sizeof(*c));
				if (!c)
					fail("cannot hold a connection");
				c->fd = fd;
				c->body_left = -1;
				watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, c);
			}
		}
	}
}
