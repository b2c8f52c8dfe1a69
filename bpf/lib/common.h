/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shared by all programs: single accesses to words that other CPUs write, arithmetic without branches. */
#pragma once
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#define READ_ONCE(x) (*(volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile typeof(x) *)&(x) = (v))

/* Comparisons without branches, for values below 2^63.  The verifier walks both ways of every branch to the
 * end, and a sketch would have twenty of them.  The empty assembly keeps the compiler from putting the branch
 * back. */
static __always_inline __u64 sub_sat(__u64 a, __u64 b)
{
	__s64 difference = a - b, negative = difference >> 63;

	asm volatile("" : "+r"(negative));
	return difference & ~negative;
}

static __always_inline __u64 min_u64(__u64 a, __u64 b)
{
	return a - sub_sat(a, b);
}

static __always_inline __u64 max_u64(__u64 a, __u64 b)
{
	return b + sub_sat(a, b);
}
