/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sequence send ADDRESS PORT PACKETS_PER_SECOND SEED
 * sequence receive PORT PACKETS
 *
 * Sends UDP flows that are heavy, light and silent by turns beside one that is always heavy, each packet with
 * its number, until it is told to stop; counts them where they arrive, and those that come after a later one
 * of their flow.  It sends from one processor: with several the kernel itself may change the order between
 * two veths. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FLOWS = 24, PAYLOAD = 100, QUIET_SECONDS = 10 };

/* Seconds between the flows' beginnings: all at once they would be an overload of light ones, whose order
 * natra does not keep. */
#define STAGGER 0.1

struct packet {
	uint32_t flow, number;
	char rest[PAYLOAD - 8];
};

struct flow {
	int socket;
	uint32_t number;
	double rate;            /* packets a second, in this phase */
	double owed;
	double until;           /* seconds: the phase's end */
};

static void fail(const char *what)
{
	fprintf(stderr, "sequence: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static uint64_t seed;

/* xorshift64* (Vigna, 2016), from 0 to 1. */
static double draw(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * 0x2545f4914f6cdd1dULL >> 11) / 9007199254740992.0;
}

/* A phase: far above a fair share, far below, or nothing, for 20 to 620 ms. */
static void next_phase(struct flow *flow, double now, double full)
{
	double kind = draw();

	flow->rate = kind < 0.35 ? full / 4 : kind < 0.75 ? full / 200 : 0;
	flow->until = now + 0.02 + 0.6 * draw();
}

static int open_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = 8 << 20;

	if (fd < 0)
		fail("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	return fd;
}

static void send_all(const char *address, int port, double full)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct flow flows[FLOWS] = { { .rate = full * 0.8, .until = 1e300 } };
	struct packet packet = { 0 };
	double last = seconds(), start = last;
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	if (sched_setaffinity(0, sizeof(first), &first))
		fail("sched_setaffinity");
	if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
		fail("inet_pton");
	for (int i = 0; i < FLOWS; i++) {
		flows[i].socket = open_socket();
		if (i)
			flows[i].until = start + i * STAGGER;
		if (connect(flows[i].socket, (struct sockaddr *)&to, sizeof(to)))
			fail("connect");
	}
	for (;;) {
		double now = seconds(), passed = now - last;

		last = now;
		for (int i = 0; i < FLOWS; i++) {
			struct flow *flow = &flows[i];

			if (now > flow->until)
				next_phase(flow, now, full);
			flow->owed += flow->rate * (passed < 0.005 ? passed : 0.005);
			while (flow->owed >= 1) {
				flow->owed -= 1;
				packet.flow = i;
				packet.number = ++flow->number;
				if (send(flow->socket, &packet, sizeof(packet), 0) < 0 && errno != ENOBUFS && errno != ECONNREFUSED)
					fail("send");
			}
		}
		if (now - start > 300)
			return;         /* its parent is gone */
		usleep(500);
	}
}

static void receive_all(int port, long wanted)
{
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct timeval quiet = { .tv_sec = QUIET_SECONDS };
	uint32_t greatest[FLOWS] = { 0 };
	long received = 0, disordered = 0;
	int fd = open_socket();

	if (bind(fd, (struct sockaddr *)&from, sizeof(from)))
		fail("bind");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &quiet, sizeof(quiet));
	while (received < wanted) {
		struct packet packet;

		if (recv(fd, &packet, sizeof(packet), 0) != sizeof(packet)) {
			if (errno == EAGAIN)
				break;
			fail("recv");
		}
		if (packet.flow >= FLOWS)
			continue;
		if (packet.number < greatest[packet.flow])
			disordered++;
		else
			greatest[packet.flow] = packet.number;
		received++;
	}
	printf("{\"received\":%ld,\"disordered\":%ld}\n", received, disordered);
}

int main(int argc, char **argv)
{
	if (argc == 6 && !strcmp(argv[1], "send")) {
		seed = strtoull(argv[5], NULL, 10) | 1;
		send_all(argv[2], atoi(argv[3]), atof(argv[4]));
	} else if (argc == 4 && !strcmp(argv[1], "receive")) {
		receive_all(atoi(argv[2]), atol(argv[3]));
	} else {
		fprintf(stderr, "usage: sequence send ADDRESS PORT PACKETS_PER_SECOND SEED | sequence receive PORT PACKETS\n");
		return 2;
	}
	return 0;
}
