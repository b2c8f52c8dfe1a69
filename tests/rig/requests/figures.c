// SPDX-License-Identifier: GPL-2.0
/* What `load` prints. */
#include "requests.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ERRORS 256

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

/* How many failed of what, by its name. */
static void print_errors(const struct outcome *outcomes, size_t count, int64_t counts_from)
{
	size_t failed[ERRORS] = { 0 };
	const char *separator = "";

	for (size_t i = 0; i < count; i++)
		if (outcomes[i].error && outcomes[i].due >= counts_from)
			failed[outcomes[i].error % ERRORS]++;
	printf(",\"errors\":{");
	for (int error = 0; error < ERRORS; error++) {
		if (!failed[error])
			continue;
		printf("%s\"%s\":%zu", separator, error == ENODATA ? "Connection ended early" : strerror(error), failed[error]);
		separator = ",";
	}
	printf("}");
}

void print_result(const struct plan *plan, const struct outcome *outcomes, size_t count, int64_t worst_delay)
{
	double *latencies = calloc(count + 1, sizeof(*latencies));
	int64_t counts_from = plan->warmup * NS_PER_SECOND;
	size_t counted = 0, bad = 0;

	if (!latencies)
		fail("cannot hold the latencies");
	for (size_t i = 0; i < count; i++) {
		if (outcomes[i].due < counts_from)
			continue;
		latencies[counted++] = outcomes[i].latency;
		bad += outcomes[i].error != 0;
	}
	qsort(latencies, counted, sizeof(*latencies), by_value);
	printf("{\"count\":%zu,\"bad\":%zu,\"maxStartDelay\":%.3f", counted, bad, worst_delay / 1e6);
	print_percentile("p50", latencies, counted, 0.5);
	print_percentile("p90", latencies, counted, 0.9);
	print_percentile("p99", latencies, counted, 0.99);
	print_percentile("max", latencies, counted, 1);
	print_errors(outcomes, count, counts_from);
	if (plan->samples) {
		const char *separator = "";
		printf(",\"samples\":[");
		for (size_t i = 0; i < count; i++) {
			if (outcomes[i].due < counts_from)
				continue;
			printf("%s%.3f", separator, outcomes[i].latency);
			separator = ",";
		}
		separator = "";
		printf("],\"due\":[");
		for (size_t i = 0; i < count; i++) {
			if (outcomes[i].due < counts_from)
				continue;
			printf("%s%.3f", separator, (outcomes[i].due - counts_from) / 1e9);
			separator = ",";
		}
		printf("]");
	}
	puts("}");
	free(latencies);
}
