/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A Count-Min Sketch (Cormode and Muthukrishnan, 2005) of leaky buckets, with conservative update (Estan and
 * Varghese, 2002).  A cell holds the bytes by which the flows that share it run ahead of `leak`, and the time
 * of that count.  What leaked since then is subtracted when the cell is read, so estimates decay without
 * sweeping.
 *
 * A cell: time in ticks of 1024 ns (40 bits, wraps after 13 days) << 24 | backlog in units of 16 bytes.
 *
 * Races.  Two CPUs may read one cell and both write it: then one addition is lost.  A flow's packets come
 * from one CPU at a time, so it takes two flows that share the cell, and the minimum of several cells
 * counts.  The sketch only sorts packets: what a pod may send is counted by the clocks and the queue, which
 * lose nothing. */
#pragma once
#include "clock.h"

#define TICK_SHIFT 10
#define TIME_MASK ((1ULL << 40) - 1)
#define BACKLOG_BITS 24
#define BACKLOG_MASK ((1ULL << BACKLOG_BITS) - 1)
#define UNIT_SHIFT 4
#define LONGEST (1ULL << 31)    /* ticks, 37 minutes: maximum age, so that the product below stays in range */

/* Odd factors for multiply-shift hashing (Dietzfelbinger et al., 1997): collisions in the rows are
 * independent. */
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

/* The backlog of a cell in units, after its leak. */
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

/* Charges `bytes` to the flow of `hash`.  Returns the bytes by which it runs ahead of `leak`, including
 * these.  The stored value saturates at `most`, so that a flow that was heavy for an hour does not stay heavy
 * for another. */
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
			return 0;       /* impossible: the map has width * depth cells */
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
