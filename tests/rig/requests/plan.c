// SPDX-License-Identifier: GPL-2.0
/* The command line of `load`. */
#define _GNU_SOURCE
#include "requests.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double number_in(const char *name, const char *text, double least, double most)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= least && value <= most))
		usage(name, text);
	return value;
}

/* "40" or "40,170": each for an equal part of the counted seconds. */
static void read_rates(struct plan *plan, char *text)
{
	char *rest = text;

	for (char *one; (one = strsep(&rest, ","));) {
		if (plan->rate_count == MAX_RATES)
			usage("too many rates; this one is too much:", one);
		plan->rates[plan->rate_count++] = number_in("bad --rate", one, 0.001, 1e6);
	}
}

static void read_address(struct plan *plan, const char *address, const char *port)
{
	struct sockaddr_in *four = (struct sockaddr_in *)&plan->address;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&plan->address;
	uint16_t number = htons((uint16_t)number_in("bad port", port, 1, 65535));

	if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = number;
		plan->address_length = sizeof(*four);
	} else if (inet_pton(AF_INET6, address, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = number;
		plan->address_length = sizeof(*six);
	} else {
		usage("bad address", address);
	}
}

struct plan read_plan(int argc, char **argv)
{
	enum { RATE = 1, SECONDS, BYTES, WARMUP, TIMEOUT, SEED, CONGESTION, UNIFORM, SAMPLES, KEEP_ALIVE, CLIENTS };
	static const struct option options[] = {
		{ "rate", required_argument, NULL, RATE },	 { "seconds", required_argument, NULL, SECONDS },
		{ "bytes", required_argument, NULL, BYTES },	 { "warmup", required_argument, NULL, WARMUP },
		{ "timeout", required_argument, NULL, TIMEOUT }, { "seed", required_argument, NULL, SEED },
		{ "congestion", required_argument, NULL, CONGESTION },
		{ "uniform", no_argument, NULL, UNIFORM },	 { "samples", no_argument, NULL, SAMPLES },
		{ "keep-alive", required_argument, NULL, KEEP_ALIVE }, { "clients", required_argument, NULL, CLIENTS },
		{ 0 },
	};
	struct plan plan = { .bytes = 6144, .timeout = 10, .seed = 1 };

	read_address(&plan, argv[2], argv[3]);
	optind = 4;
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (option) {
		case RATE: read_rates(&plan, optarg); break;
		case SECONDS: plan.seconds = number_in("bad --seconds", optarg, 0, 1e6); break;
		case BYTES: plan.bytes = (long)number_in("bad --bytes", optarg, 0, MAX_BYTES); break;
		case WARMUP: plan.warmup = number_in("bad --warmup", optarg, 0, 1e6); break;
		case TIMEOUT: plan.timeout = number_in("bad --timeout", optarg, 0.001, 1e4); break;
		case SEED: plan.seed = (uint64_t)number_in("bad --seed", optarg, 0, 9007199254740991.0); break;
		case CONGESTION: plan.congestion = optarg; break;
		case UNIFORM: plan.uniform = true; break;
		case SAMPLES: plan.samples = true; break;
		case KEEP_ALIVE: plan.keep_alive = (int)number_in("bad --keep-alive", optarg, 1, MAX_CONNECTIONS); break;
		case CLIENTS: plan.clients = (int)number_in("bad --clients", optarg, 1, MAX_CONNECTIONS); break;
		default: exit(2); /* getopt_long has said why */
		}
	}
	if (plan.rate_count == 0 && plan.clients == 0)
		usage("missing option", "--rate");
	if (plan.seconds == 0)
		usage("missing option", "--seconds");
	if (plan.clients && (plan.rate_count || plan.keep_alive))
		usage("not beside --clients:", plan.rate_count ? "--rate" : "--keep-alive");
	plan.header_length = snprintf(plan.header, sizeof(plan.header),
				      "GET /%ld HTTP/1.%d\r\nContent-Length: %ld\r\n\r\n", plan.bytes, plan.keep_alive > 0,
				      plan.bytes);
	plan.request_total = plan.header_length + plan.bytes;
	plan.answer_total =
		snprintf(NULL, 0, "HTTP/1.0 200 OK\r\nContent-Length: %ld\r\n\r\n", plan.bytes) + plan.bytes;
	return plan;
}
