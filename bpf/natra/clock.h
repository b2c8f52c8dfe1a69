/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Token buckets as clocks (virtual scheduling, ITU-T I.371; the arithmetic of earliest departure time).
 *
 * Races.  Several CPUs charge one clock.  `sum` only grows, by atomic additions, so no byte is lost.  The
 * value before an addition is not needed: neither an atomic that returns it (5.10 has none) nor a lock.
 * `base` is stored when a clock that is too far behind is advanced.  A CPU that does so with an older `sum`
 * sets the clock ahead by what another CPU charged meanwhile, which is what that charge was for.  One with an
 * older `now` advances it by some ns less, and the next packet advances it again.  Two CPUs may read the same
 * departure for two packets: the sum is right, and the queue sorts them. */
#pragma once
#include "../lib/flow.h"
#include "contract.h"

static __always_inline __u64 clock_time(const struct clock *c)
{
	return READ_ONCE(c->sum) + READ_ONCE(c->base);
}

/* How far the clock is ahead of now, in ns: the queue in front of a packet that is charged to it. */
static __always_inline __s64 clock_lag(const struct clock *c, __u64 now)
{
	return clock_time(c) - now;
}

static __always_inline void clock_set(struct clock *c, __u64 time)
{
	WRITE_ONCE(c->base, time - READ_ONCE(c->sum));
}

/* Charges `ns`.  Returns when the charged packet may leave: at once, if that is before `now`. */
static __always_inline __u64 clock_charge(struct clock *c, __u64 now, __u64 credit, __u64 ns)
{
	__u64 sum = READ_ONCE(c->sum), time = sum + READ_ONCE(c->base), earliest = now - credit;

	if ((__s64)(time - earliest) < 0) {
		time = earliest;
		WRITE_ONCE(c->base, time - sum);
	}
	__sync_fetch_and_add(&c->sum, ns);
	return time;
}

/* The price of `bytes` in ns.  At 1 kbit/s a byte costs 2^23 ns, 2^43 in fixed point, and a packet has < 2^20
 * bytes. */
static __always_inline __u64 price(__u64 bytes, __u64 cost)
{
	return bytes * cost >> COST_SHIFT;
}
