// SPDX-License-Identifier: GPL-2.0
/* What the files of `requests` share; main.c says what the program is for. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define MAX_BYTES (64L << 20)
#define HEADER_ROOM 256
#define NS_PER_SECOND 1000000000LL
#define EVENTS 256

/* What `load` was asked to do. Times in seconds, the rate in requests per second. */
struct plan {
	struct sockaddr_storage address;
	socklen_t address_length;
	double rate, seconds, warmup, timeout;
	long bytes;
	uint64_t seed;
	const char *congestion; /* NULL: the default */
	bool uniform, samples;
	char header[HEADER_ROOM];
	size_t header_length, request_total, answer_total;
};

/* main.c */
_Noreturn void fail(const char *action); /* says errno, exit 1 */
_Noreturn void usage(const char *what, const char *value); /* exit 2 */

/* message.c */
void watch(int epoll, int operation, int fd, uint32_t events, void *owner);
void prepare_socket(int fd, const char *congestion);
bool send_message(int fd, const char *header, size_t header_length, size_t total, size_t *sent);

_Noreturn void serve(const char *port, const char *congestion); /* serve.c */
struct plan read_plan(int argc, char **argv); /* plan.c */
void load(const struct plan *plan); /* load.c */
