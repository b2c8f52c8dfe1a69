/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* natra: holds one direction of one pod to its limit, and keeps its small flows fast.
 *
 * natra_shape runs where the pod's packets queue: at the egress hook of the node's end of the veth (what the
 * pod receives) or of the pod's end (what it sends).  It sorts flows into light and heavy by a sketch, and
 * hands each packet to the queue below: to HTB by a class, to fq by a departure time.  With HTB it drops
 * packets only if heavy flows share a FIFO.  With podside, what the pod receives is queued on an ifb inside
 * it, and natra_redirect sends it there.  natra_guard runs where the pod's packets arrive on the node, and
 * drops what exceeds the limit: a pod with NET_ADMIN may delete its own queue.
 *
 * The programs return TCX_NEXT (TC_ACT_UNSPEC), so that foreign programs see every packet.  Limits: 128 heavy
 * flows are remembered with their counters; beyond that the least recently used is evicted (the sketch still
 * has it as heavy).  No helper newer than Linux 5.10, no atomic that returns a value, no lock: one object for
 * every kernel. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include "contract.h"

const volatile struct knobs knobs = { .depth = 4, .width_shift = 10 };
struct state state;
const volatile enum constants contract;         /* puts them into BTF */

#include "../lib/flow.h"
#include "clock.h"
#include "sketch.h"
#include "share.h"

#define NEXT (-1)               /* TCX_NEXT and TC_ACT_UNSPEC: the next program decides */
#define DROP TC_ACT_SHOT
#define SECOND 1000000000ULL
#define LATE (SECOND / 33)      /* timers of a busy machine: HTB may be behind by that plus the clock's lag */
#define TICKET (60 * SECOND)
#define PATIENCE (SECOND / 10)  /* TCP slows down after one loss, and stalls after several in a row */

struct cells sketch SEC(".maps");
struct cells guard_sketch SEC(".maps");         /* one cell unless light flows are free */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 128);
	__type(key, struct flow_key);
	__type(value, struct heavy_flow);
} flows SEC(".maps");

/* The current packet is in a map, not on the stack: there the verifier would follow each way of parsing
 * through everything that comes after (47,000 instructions instead of 4,000), but values from a map are
 * unknown to it.  A hook runs with BH off, so no other packet on this CPU interferes. */
struct work {
	struct packet packet;
	struct stats stats;
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct work);
} work SEC(".maps");

#define COUNT(field, n) (w->stats.field += (n))

/* The light flows' clock is never ahead of the pod's: they may send whatever the pod may. */
static __always_inline __s64 light_lag(__u64 now)
{
	__u64 pod = clock_time(&state.pod), light = clock_time(&state.light);

	if ((__s64)(light - pod) > 0) {
		clock_set(&state.light, pod);
		light = pod;
	}
	return light - now;
}

/* A pod that has most of its credit is below its limit, whatever its flows are: no packet waits, and sorting
 * gains nothing.  Its packets bypass HTB's classes, which do not count them: once the pod is not calm any
 * more, the credit that it had used passes a second time.  It is calm only after all packets have left the
 * classes, or they would be overtaken. */
static __always_inline int is_calm(__u64 now, __u32 length)
{
	__s64 lag = clock_lag(&state.pod, now), least = -(__s64)knobs.credit;

	lag = (lag < least ? least : lag) + price(length, knobs.cost);
	if (lag <= -(__s64)knobs.calm)
		return (__s64)(now - READ_ONCE(state.calm_from)) >= 0;
	WRITE_ONCE(state.calm_from, now + LATE + 2 * sub_sat(lag, 0));
	return 0;
}

static __always_inline int calm(struct __sk_buff *skb, struct work *w, __u64 now, __u32 length)
{
	clock_charge(&state.pod, now, knobs.credit, price(length, knobs.cost));
	COUNT(light_packets, 1);
	COUNT(light_bytes, length);
	if (knobs.pacer == PACER_HTB)
		skb->priority = knobs.class_none;
	return NEXT;
}

/* The stack's own pacing (TCP, SO_TXTIME) is kept if it asks for a later time; a stamp more than a second
 * ahead is from another clock. */
static __always_inline void stamp(struct __sk_buff *skb, __u64 now, __u64 departure)
{
	__u64 there = skb->tstamp;

	if ((__s64)(departure - now) < 0)
		departure = now;
	if ((__s64)(there - departure) <= 0 || there - departure > SECOND)
		skb->tstamp = departure;
}

/* Pressure does not apply to the saturation, or a heavy flow would be light the moment that the pressure
 * ends. */
static __always_inline __u64 saturation(__u64 leak)
{
	__u64 hold = (knobs.hold >> TICK_SHIFT) * leak >> (BEAT_SHIFT - TICK_SHIFT);

	return knobs.threshold + max_u64(hold, knobs.hold_min);
}

static __always_inline int is_heavy(const struct packet *p, __u64 now, __s64 lag)
{
	__u64 leak = READ_ONCE(state.leak), level = pressure(lag), threshold;

	threshold = press(knobs.threshold, p->tcp ? knobs.threshold_tcp : knobs.threshold_other, level);
	return sketch_charge(&sketch, p->hash, now, press(leak, knobs.leak_min, level), p->length, saturation(leak)) >
	       threshold;
}

static __always_inline struct heavy_flow *remember(const struct packet *p, __u64 now)
{
	struct heavy_flow *flow = bpf_map_lookup_elem(&flows, &p->key);

	if (!flow) {
		struct heavy_flow fresh = { .since = now, .last = now };

		bpf_map_update_elem(&flows, &p->key, &fresh, BPF_ANY);
		flow = bpf_map_lookup_elem(&flows, &p->key);
	}
	if (flow) {
		if (now - READ_ONCE(flow->last) > SECOND) {
			WRITE_ONCE(flow->since, now);
			WRITE_ONCE(flow->run, 0);
		}
		WRITE_ONCE(flow->last, now);
	}
	return flow;
}

/* If the queue does not give turns (EDT, or a FIFO below HTB), packets of a flow that runs ahead of its share
 * are dropped first. */
static __always_inline int unfair(struct heavy_flow *flow, const struct packet *p, __u64 now, __s64 lag)
{
	__u64 share = READ_ONCE(state.share), ticks = now >> TICK_SHIFT, left;

	left = backlog(READ_ONCE(flow->fair), ticks, share + (share >> 4)) + units(p->length);
	if (share_counts_several() && left > units(knobs.fair_slack) && lag > (__s64)(knobs.mark_after << p->tcp) &&
	    !(p->tcp && now - READ_ONCE(flow->dropped) < PATIENCE)) {
		WRITE_ONCE(flow->dropped, now);
		return 1;
	}
	WRITE_ONCE(flow->fair, cell(ticks, min_u64(left, units(2 * knobs.fair_slack))));
	return 0;
}

/* A flow that is light again must not overtake its own packets in the heavy queue, so it changes class only
 * in a pause that is longer than they wait.  They are in a FIFO: as long as they wait, so does everything
 * behind them, and the pod's clock lags by more than that.  The census shows which flows were heavy lately,
 * at less cost than a lookup. */
static __always_inline int still_queued(const struct packet *p, __u64 now)
{
	struct heavy_flow *flow;
	__s64 lag;

	if (!share_counted_lately(p->hash))
		return 0;
	flow = bpf_map_lookup_elem(&flows, &p->key);
	if (!flow)
		return 0;
	if (now - READ_ONCE(flow->last) < LATE || (__s64)(READ_ONCE(flow->departs) - now) > 0)
		return 1;
	lag = clock_lag(&state.pod, now);
	return lag > 0 && 2 * lag > (__s64)(READ_ONCE(state.heavy) - READ_ONCE(flow->behind));
}

/* With HTB: larger requests and answers are heavy, too, but soon complete; a flow of more than YOUNG_BYTES is
 * an elephant.  This only sorts, so an addition that two CPUs lose does not matter.
 *
 * HTB has no class without a guarantee: the minimum is one packet per minute, which is sent before everything
 * that waits.  So that packet of the heavy class must be of a flow without packets in the young class, or it
 * would overtake them. */
static __always_inline int is_young(struct heavy_flow *flow, const struct packet *p, __u64 now)
{
	__u64 run = READ_ONCE(flow->run);

	if (now - READ_ONCE(state.ticket) > TICKET) {
		if ((__s64)(READ_ONCE(flow->departs) - now) > 0)
			return 1;
		WRITE_ONCE(state.ticket, now);
		return 0;
	}
	if (run >= YOUNG_BYTES)
		return 0;
	WRITE_ONCE(flow->run, run + p->length);
	return 1;
}

static __always_inline int heavy(struct __sk_buff *skb, struct work *w, __u64 now)
{
	const struct packet *p = &w->packet;
	struct heavy_flow *flow = remember(p, now);
	struct clock *clock = &state.pod;
	__u64 departure;
	__s64 lag;
	int young = knobs.pacer == PACER_HTB && flow && is_young(flow, p, now);

	share_count(p->hash);
	if (knobs.bucket == BUCKET_FLOW && flow)
		clock = &flow->clock;
	lag = clock_lag(clock, now);
	COUNT(heavy_packets, 1);
	COUNT(heavy_bytes, p->length);
	if (flow)
		__sync_fetch_and_add(&flow->bytes, p->length);

	if ((knobs.pacer != PACER_HTB && lag > (__s64)knobs.horizon) ||
	    (knobs.fair_slack && flow && !young && unfair(flow, p, now, lag))) {
		COUNT(heavy_drops, 1);
		if (flow)
			__sync_fetch_and_add(&flow->drops, 1);
		return DROP;
	}
	if (knobs.pacer == PACER_HTB) {
		__u64 cost = price(p->length, knobs.cost);

		skb->priority = young ? knobs.class_young : knobs.class_heavy;
		if (lag <= (__s64)knobs.horizon)        /* beyond it the leaf is full */
			clock_charge(clock, now, knobs.credit, cost);
		if (young) {
			WRITE_ONCE(flow->departs, now + 2 * sub_sat(clock_lag(clock, now), 0));
		} else {
			__sync_fetch_and_add(&state.heavy, cost);
			if (flow)
				WRITE_ONCE(flow->behind, READ_ONCE(state.heavy));
		}
		return NEXT;
	}
	if (lag > (__s64)knobs.mark_after && bpf_skb_ecn_set_ce(skb)) {
		COUNT(marks, 1);
		if (flow)
			__sync_fetch_and_add(&flow->marks, 1);
	}
	departure = clock_charge(clock, now, knobs.credit, price(p->length, knobs.cost));
	if (knobs.pacer == PACER_EDT) {
		stamp(skb, now, departure);
		if (flow)
			WRITE_ONCE(flow->departs, skb->tstamp);
	}
	return NEXT;
}

static __always_inline int light(struct __sk_buff *skb, struct work *w, __u64 now, __s64 lag)
{
	const struct packet *p = &w->packet;
	__u64 cost = price(p->length, knobs.cost), departure = now;
	int first = 0;

	if (knobs.mice == MICE_CHARGED) {
		if (knobs.pacer != PACER_HTB && lag > (__s64)knobs.light_horizon) {
			COUNT(light_drops, 1);
			return DROP;
		}
		departure = clock_charge(&state.light, now, knobs.light_credit, price(p->length, knobs.light_cost));
		if (knobs.bucket == BUCKET_POD)
			clock_charge(&state.pod, now, knobs.credit, cost);
		/* the other direction's elephant waits for these: served first, up to a tenth of the limit */
		first = p->pure_ack && clock_lag(&state.ack, now) < (__s64)knobs.ack_credit;
	}
	if (first) {
		clock_charge(&state.ack, now, 0, cost * 10);
		COUNT(ack_packets, 1);
		departure = now;
	}
	COUNT(light_packets, 1);
	COUNT(light_bytes, p->length);
	if (knobs.pacer == PACER_HTB)
		skb->priority = first ? knobs.class_ack : knobs.class_light;
	else if (knobs.pacer == PACER_EDT)
		stamp(skb, now, departure);
	return NEXT;
}

/* These two are not inlined: the verifier walks through each only once, however many ways lead to it. */

/* Parses the packet into `work`.  Returns its length on the wire. */
__noinline int parse_packet(struct __sk_buff *skb)
{
	struct work *w = bpf_map_lookup_elem(&work, &(__u32){ 0 });

	if (!w)
		return 0;               /* impossible */
	read_packet(skb, knobs.seed, &w->packet);
	return w->packet.length;
}

/* Chooses the queue of the packet in `work`. */
__noinline int classify(struct __sk_buff *skb, __u64 now)
{
	struct work *w = bpf_map_lookup_elem(&work, &(__u32){ 0 });
	__s64 lag = light_lag(now);
	struct packet *p;

	if (!w)
		return NEXT;            /* impossible */
	p = &w->packet;
	share_tick(now, lag);
	if (!p->pure_ack && (is_heavy(p, now, lag) || still_queued(p, now)))
		return heavy(skb, w, now);
	return light(skb, w, now, lag);
}

SEC("tc")
int natra_shape(struct __sk_buff *skb)
{
	__u64 now = bpf_ktime_get_ns();
	struct work *w = bpf_map_lookup_elem(&work, &(__u32){ 0 });
	__u32 length = is_gso(skb) ? parse_packet(skb) : wire_length(skb, 1, 0);

	if (!w)
		return NEXT;            /* impossible */
	if (is_calm(now, length))
		return calm(skb, w, now, length);
	if (!is_gso(skb))
		parse_packet(skb);
	return classify(skb, now);
}

SEC("tc")
int natra_guard(struct __sk_buff *skb)
{
	__u64 now = bpf_ktime_get_ns();
	struct work *w = bpf_map_lookup_elem(&work, &(__u32){ 0 });
	__u32 length = wire_length(skb, 1, 0);

	if (!w)
		return NEXT;            /* impossible */
	if (knobs.mice == MICE_FREE || is_gso(skb))
		length = parse_packet(skb);
	/* A sketch of its own: the pod cannot detach this program, but it can detach the one that fills the
	 * other sketch. */
	if (knobs.mice == MICE_FREE && sketch_charge(&guard_sketch, w->packet.hash, now, knobs.leak_max, length,
						     saturation(knobs.leak_max)) <= knobs.threshold)
		return NEXT;
	/* Any credit passes a packet: a burst may be less than a GSO packet. */
	if (clock_lag(&state.guard, now) >= 0) {
		COUNT(guard_drops, 1);
		return DROP;
	}
	clock_charge(&state.guard, now, knobs.guard_credit, price(length, knobs.guard_cost));
	COUNT(guard_packets, 1);
	COUNT(guard_bytes, length);
	return NEXT;
}

/* For pods whose packets bypass the node's end of the veth: what arrives inside is queued on an ifb there,
 * and comes back from it behind this hook. */
SEC("tc")
int natra_redirect(struct __sk_buff *skb)
{
	return bpf_redirect(knobs.redirect_to, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
