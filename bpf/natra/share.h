/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A heavy flow's fair share: (limit - what light flows take) / heavy flows.  A cell leaks at half of it, so a
 * flow that takes its full share is heavy, and one that takes less than half is light.
 *
 * Two reactions to many flows that each look light, before the light flows' own clock is out of credit:
 *   pressure  immediate: once half of the credit is used, the threshold and the leak shrink to their minimum;
 *   ease      lasting: while the light clock lags, the leak is halved every 5 ms; it grows in 50 ms steps.
 *
 * Races.  Every field is one aligned word, read and stored whole.  Two CPUs that end an epoch at the same
 * instant shift the census twice: for one epoch the count is too low and the share too high.  What a pod may
 * send does not depend on it. */
#pragma once
#include "clock.h"

#define EASE_FULL 1024
#define EASE_LEAST 16
#define EASE_DOWN_AFTER 5000000ULL      /* ns */
#define EASE_UP_AFTER 50000000ULL
#define LATELY 8                        /* epochs: at least 500 ms */
#define PRESSURE_FULL 1024
#define PRESSURE_SHIFT 13               /* full 8.4 ms after it begins */

static __always_inline void share_update(void)
{
	__u64 heavy = max_u64(max_u64(READ_ONCE(state.heavy_now), READ_ONCE(state.heavy_before)), 1);
	__u64 room = max_u64(sub_sat(knobs.rate, READ_ONCE(state.light_rate)), knobs.rate / 10);
	__u64 share = room / heavy;

	WRITE_ONCE(state.share, share);
	WRITE_ONCE(state.leak, max_u64(min_u64(share / 2, knobs.leak_max) * READ_ONCE(state.ease) / EASE_FULL, knobs.leak_min));
}

static __always_inline void share_new_epoch(__u64 now)
{
	__u64 took = now - state.epoch_start, sum = READ_ONCE(state.light.sum), bytes, rate;

	WRITE_ONCE(state.epoch_start, now);
	took = min_u64(took, 8 * knobs.epoch); /* after a pause: do not spread the bytes over all of it */
	bytes = ((sum - state.epoch_light) << COST_SHIFT) / (knobs.light_cost ?: 1);
	rate = (bytes << (BEAT_SHIFT - TICK_SHIFT)) / ((took >> TICK_SHIFT) + 1);
	WRITE_ONCE(state.light_rate, (state.light_rate + rate) / 2);
	WRITE_ONCE(state.epoch_light, sum);
	WRITE_ONCE(state.heavy_before, state.heavy_now);
	WRITE_ONCE(state.heavy_now, 0);
	WRITE_ONCE(state.epoch, state.epoch + 1);
}

/* Updates the share; `lag` is that of the light flows' clock. */
static __always_inline void share_tick(__u64 now, __s64 lag)
{
	__u64 ease = READ_ONCE(state.ease), age = now - READ_ONCE(state.ease_changed);
	int changed = 0;

	if (now - READ_ONCE(state.epoch_start) > knobs.epoch) {
		share_new_epoch(now);
		changed = 1;
	}
	if (!ease) {                    /* the first packet */
		WRITE_ONCE(state.ease, EASE_FULL);
		changed = 1;
	} else if (lag > (__s64)knobs.ease_lag) {
		if (age > EASE_DOWN_AFTER && ease > EASE_LEAST) {
			WRITE_ONCE(state.ease, ease / 2);
			WRITE_ONCE(state.ease_changed, now);
			changed = 1;
		}
	} else if (lag <= 0 && ease < EASE_FULL && age > EASE_UP_AFTER) {
		ease += ease / 4 + 1;
		WRITE_ONCE(state.ease, min_u64(ease, EASE_FULL));
		WRITE_ONCE(state.ease_changed, now);
		changed = 1;
	}
	if (changed)
		share_update();
}

/* Linear counting (Whang et al., 1990): a flow is counted once per epoch, at its first heavy packet.  A slot
 * that was not used for a multiple of 256 epochs misses one. */
static __always_inline void share_count(__u64 hash)
{
	__u8 *slot = &state.census[hash >> 17 & (CENSUS_SLOTS - 1)], epoch = READ_ONCE(state.epoch);

	if (READ_ONCE(*slot) == epoch)
		return;
	WRITE_ONCE(*slot, epoch);
	__sync_fetch_and_add(&state.heavy_now, 1);
	share_update();
}

/* Whether a heavy flow of this hash was counted in one of the last LATELY epochs: no queue is longer than
 * those. */
static __always_inline int share_counted_lately(__u64 hash)
{
	__u8 age = READ_ONCE(state.epoch) - READ_ONCE(state.census[hash >> 17 & (CENSUS_SLOTS - 1)]);

	return age <= LATELY;
}

/* Whether there are several heavy flows to share among. */
static __always_inline int share_counts_several(void)
{
	return READ_ONCE(state.heavy_now) > 1 || READ_ONCE(state.heavy_before) > 1;
}

static __always_inline __u64 pressure(__s64 lag)
{
	__u64 behind = sub_sat(lag + knobs.light_credit / 2, 0);

	return min_u64(behind >> PRESSURE_SHIFT, PRESSURE_FULL);
}

static __always_inline __u64 press(__u64 value, __u64 least, __u64 pressure)
{
	return value - sub_sat(value, least) * pressure / PRESSURE_FULL;
}
