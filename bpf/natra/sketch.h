/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A Count-Min Sketch (Cormode and Muthukrishnan, 2005) of leaky buckets, with conservative update (Estan and Varghese,
 * 2002).  A cell holds the bytes by which the flows that share it run ahead of `leak`, and the time of that count; what
 * it leaked since is taken off when it is read.  So there is nothing to sweep: a flow's estimate decays by itself.
 *
 * A cell: time in ticks of 1024 ns (40 bits, wraps after 13 days) << 24 | backlog in units of 16 bytes.
 *
 * Races.  Two CPUs may read one cell and both write it: one addition is lost from that cell.  A flow's packets come
 * from one CPU at a time, so that takes two flows that share the cell; the smallest of several cells is what counts,
 * and the sketch only sorts packets: what a pod may send is counted by the clocks and the queue, which lose nothing. */
#pragma once
#include "clock.h"

#define TICK_SHIFT 10
#define TIME_MASK ((1ULL << 40) - 1)
#define BACKLOG_BITS 24
#define BACKLOG_MASK ((1ULL << BACKLOG_BITS) - 1)
#define UNIT_SHIFT 4
#define LONGEST (1ULL << 31)    /* ticks, 37 minutes: what is older counts as that, so that the product below stays in range */

/* Odd numbers for multiply-shift hashing (Dietzfelbinger et al., 1997): one row's collision says nothing of another's */
static const __u64 ROW[MAX_DEPTH] = {
	0x9e3779b97f4a7c15ULL, 0xc2b2ae3d27d4eb4fULL, 0x165667b19e3779f9ULL, 0xd6e8feb86659fd93ULL,
	0xff51afd7ed558ccdULL, 0xa0761d6478bd642fULL, 0xe7037ed1a0b428dbULL, 0x8ebc6af09c88c6e3ULL,
};

struct cells {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4096);      /* set to width * depth before load */
	__type(key, __u32);
	__type(value, __u64);
};

static __always_inline __u64 units(__u64 bytes)
{
	return (bytes + (1ULL << UNIT_SHIFT) - 1) >> UNIT_SHIFT;
}

/* The backlog of a cell after its leak, in units. */
static __always_inline __u64 backlog(__u64 cell, __u64 ticks, __u64 leak)
{
	__u64 left = cell & BACKLOG_MASK, since = (ticks - (cell >> BACKLOG_BITS)) & TIME_MASK, leaked;

	since = min_u64(since, LONGEST);
	leaked = since * (leak >> UNIT_SHIFT) >> (BEAT_SHIFT - TICK_SHIFT);
	return sub_sat(left, leaked);
}

static __always_inline __u64 cell(__u64 ticks, __u64 left)
{
	return (ticks & TIME_MASK) << BACKLOG_BITS | min_u64(left, BACKLOG_MASK);
}

/* Charges `bytes` to the flow of `hash`.  Returns the bytes by which it runs ahead of `leak`, these included; what is
 * stored saturates at `most`, so that a flow which was heavy for an hour is not so for another. */
static __always_inline __u64 sketch_charge(void *sketch, __u64 hash, __u64 now, __u64 leak, __u64 bytes, __u64 most)
{
	__u64 ticks = now >> TICK_SHIFT, least = BACKLOG_MASK, estimate, stored;
	__u64 *row[MAX_DEPTH], left[MAX_DEPTH];

#pragma unroll
	for (__u32 i = 0; i < MAX_DEPTH; i++) {
		__u32 index = (i << knobs.width_shift) + (__u32)(hash * ROW[i] >> (64 - knobs.width_shift));

		if (i >= knobs.depth)
			break;
		row[i] = bpf_map_lookup_elem(sketch, &index);
		if (!row[i])
			return 0;       /* cannot be: the map has width * depth cells */
		left[i] = backlog(READ_ONCE(*row[i]), ticks, leak);
		least = min_u64(least, left[i]);
	}
	estimate = least + units(bytes);
	stored = min_u64(estimate, most >> UNIT_SHIFT);
#pragma unroll
	for (__u32 i = 0; i < MAX_DEPTH; i++) {
		if (i >= knobs.depth)
			break;
		WRITE_ONCE(*row[i], cell(ticks, max_u64(left[i], stored)));
	}
	return estimate << UNIT_SHIFT;
}
