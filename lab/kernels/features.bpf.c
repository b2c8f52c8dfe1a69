// SPDX-License-Identifier: GPL-2.0
/*
 * What a kernel's BPF can: one program for each feature, loaded one at a time. One that does not load is a
 * feature that the kernel lacks. natra.bpf.c must do without those that the oldest kernel lacks.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#define CLOCK_MONOTONIC 1

struct timed {
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} cell SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct timed);
} timers SEC(".maps");

static __u64 *value(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&cell, &key);
}

SEC("tc")
int plain_atomics(struct __sk_buff *skb)
{
	__u64 *v = value();

	if (v)
		__sync_fetch_and_add(v, 1);
	return TC_ACT_OK;
}

SEC("tc")
int value_atomics(struct __sk_buff *skb)
{
	__u64 *v = value();

	return v && __sync_fetch_and_add(v, 1) == 7 ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc")
int departure_time(struct __sk_buff *skb)
{
	skb->tstamp = bpf_ktime_get_ns();
	return TC_ACT_OK;
}

SEC("tc")
int typed_departure_time(struct __sk_buff *skb)
{
	bpf_skb_set_tstamp(skb, bpf_ktime_get_ns(), BPF_SKB_TSTAMP_DELIVERY_MONO);
	return TC_ACT_OK;
}

static int step(__u32 index, void *context)
{
	return 0;
}

SEC("tc")
int loops(struct __sk_buff *skb)
{
	bpf_loop(8, step, 0, 0);
	return TC_ACT_OK;
}

SEC("tc")
int timers_armed(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct timed *timed = bpf_map_lookup_elem(&timers, &key);

	if (timed)
		bpf_timer_init(&timed->timer, &timers, CLOCK_MONOTONIC);
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
