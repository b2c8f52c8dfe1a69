/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* flood INTERFACE KIND BITS_PER_SECOND SECONDS [DESTINATION]
 *
 * Sends frames of one kind at a rate, through a packet socket: what a pod could try in order to get around
 * its cap.  Their destination is nobody's address, so the other end counts them and its stack passes over
 * them; with an address (as xx:xx:xx:xx:xx:xx) it forwards them, from 10.200.2.2 to 10.200.1.2. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { FRAME = 500 };

static unsigned char frame[FRAME], destination[6] = { 2, 0, 0, 0, 0, 1 };
static size_t length;

static void add(const void *bytes, size_t count)
{
	memcpy(frame + length, bytes, count);
	length += count;
}

static void add16(unsigned value)
{
	add(&(unsigned short){ htons(value) }, 2);
}

static void add_mac(void)
{
	add(destination, 6);
	add("\x02\0\0\0\0\x02", 6);
}

static void add_ipv4(unsigned char protocol, unsigned fragment)
{
	unsigned size = FRAME - length, sum = 0;
	unsigned char *header = frame + length;

	add("\x45\0", 2);
	add16(size);
	add16(1);
	add16(fragment);
	add("\x40", 1);
	add(&protocol, 1);
	add("\0\0" "\x0a\xc8\x02\x02" "\x0a\xc8\x01\x02", 10);
	for (int i = 0; i < 20; i += 2)
		sum += header[i] << 8 | header[i + 1];
	sum = (sum >> 16) + (sum & 0xffff);
	sum = ~((sum >> 16) + sum);
	header[10] = sum >> 8;
	header[11] = sum;
}

static void add_ports(unsigned number)
{
	add16(1024 + number % 60000);
	add16(1024 + number / 60000);
}

static int build(const char *kind, unsigned number)
{
	length = 0;
	add_mac();
	if (!strcmp(kind, "tuples") || !strcmp(kind, "bypass")) {
		add16(ETHERTYPE_IP);
		add_ipv4(IPPROTO_UDP, 0);
		add_ports(number);
	} else if (!strcmp(kind, "fragments")) {
		add16(ETHERTYPE_IP);
		add_ipv4(IPPROTO_UDP, number % 2 ? 0x2000 : 60);        /* more fragments; the last one's offset */
		add_ports(number);
	} else if (!strcmp(kind, "extensions")) {
		add16(ETHERTYPE_IPV6);
		add("\x60\0\0\0", 4);
		add16(FRAME - length - 36);
		add("\0\x40", 2);                                       /* hop-by-hop options come next */
		add("\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02" "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 32);
		add("\x3c\0\x01\x04\0\0\0\0" "\x11\0\x01\x04\0\0\0\0", 16); /* destination options, then UDP */
		add_ports(number);
	} else if (!strcmp(kind, "vlan") || !strcmp(kind, "qinq")) {
		if (kind[0] == 'q') {
			add16(0x88a8);
			add16(7);
		}
		add16(ETHERTYPE_VLAN);
		add16(number % 4000 + 1);
		add16(ETHERTYPE_IP);
		add_ipv4(IPPROTO_UDP, 0);
		add_ports(number);
	} else if (!strcmp(kind, "ipip")) {
		add16(ETHERTYPE_IP);
		add_ipv4(IPPROTO_IPIP, 0);
		add_ipv4(IPPROTO_UDP, 0);
		add_ports(number);
	} else if (!strcmp(kind, "other")) {
		add16(0x88b5);                                          /* for local experiments; each frame another text */
		add(&number, sizeof(number));
	} else {
		return -1;
	}
	return 0;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	if (argc == 6)
		sscanf(argv[5], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", destination, destination + 1, destination + 2,
		       destination + 3, destination + 4, destination + 5);
	if (argc < 5 || argc > 6 || build(argv[2], 0)) {
		fprintf(stderr, "Cannot run: wrong arguments, see flood.c\n");
		return 2;
	}
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(argv[1]) };
	int out = socket(AF_PACKET, SOCK_RAW, 0), on = !strcmp(argv[2], "bypass");
	double each = FRAME * 8 / atof(argv[3]), begin = now(), end = begin + atof(argv[4]);

	if (out < 0 || bind(out, (void *)&to, sizeof(to)) ||
	    (on && setsockopt(out, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)))) {
		perror("Cannot open a packet socket");
		return 1;
	}
	for (unsigned number = 0; now() < end; number++) {
		double early = begin + number * each - now();

		if (early > 0)
			nanosleep(&(struct timespec){ .tv_nsec = early * 1e9 }, NULL);
		build(argv[2], number);
		/* a full queue is what a flood finds */
		if (send(out, frame, FRAME, MSG_DONTWAIT) < 0 && errno != ENOBUFS && errno != EAGAIN) {
			perror("Cannot send");
			return 1;
		}
	}
	return 0;
}
