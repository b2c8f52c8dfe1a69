// SPDX-License-Identifier: GPL-2.0
/* What the files of `requests` share; main.c says what the program is for. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define MAX_BYTES (64L << 20)
#define MAX_RATES 16
#define MAX_CONNECTIONS 10000
#define HEADER_ROOM 256
#define NS_PER_SECOND 1000000000LL
#define EVENTS 256

/* What `load` was asked to do. Times in seconds, rates in requests per second. */
struct plan {
	struct sockaddr_storage address;
	socklen_t address_length;
	double rates[MAX_RATES]; /* each for an equal part of the counted seconds */
	int rate_count;
	double seconds, warmup, timeout;
	long bytes;
	uint64_t seed;
	const char *congestion; /* NULL: the default */
	int keep_alive; /* connections that all requests share; 0: a fresh one for each */
	int clients; /* a closed loop of so many; 0: open loop, on schedule */
	bool uniform, samples;
	char header[HEADER_ROOM];
	size_t header_length, request_total, answer_total;
};

/* What became of a request. */
struct outcome {
	int64_t due; /* ns after the start */
	double latency; /* ms */
	int error; /* errno: why it is bad; 0: it is not */
};

/* A request under way. */
struct request {
	struct outcome outcome;
	int fd; /* -1: not started, or over */
	size_t sent, received;
	bool over;
	struct lane *lane; /* NULL: a connection of its own */
	struct request *next; /* in its lane's queue */
};

/* A connection that lives on: one request at a time, the others wait. */
struct lane {
	int fd;
	struct request *current, *first, *last;
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

/* schedule.c */
double next_uniform(uint64_t *state);
struct request *make_schedule(const struct plan *plan, size_t *count);

/* exchange.c: `at` is ns after the start */
int64_t now_ns(void);
int open_connection(const struct plan *plan); /* -1 and errno: refused at once */
void begin_exchange(int epoll, struct request *r);
void advance_request(int epoll, struct request *r, const struct plan *plan, int64_t at);
void end_request(int epoll, struct request *r, const struct plan *plan, int64_t at, int error);

/* lanes.c */
struct lane *open_lanes(const struct plan *plan);
void join_lane(int epoll, struct request *r, const struct plan *plan, int64_t at);
void leave_lane(int epoll, struct request *r, const struct plan *plan, int64_t at, bool good);

void print_result(const struct plan *plan, const struct outcome *outcomes, size_t count, int64_t worst_delay); /* figures.c */
void load(const struct plan *plan); /* load.c */
void load_closed(const struct plan *plan); /* closed.c */
