/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the packet benchmark compares with: `empty` is what a program costs that does nothing, `clock` what it costs to
 * know the time, which natra has to.  `stir` makes each packet one of another flow, as BPF_PROG_RUN cannot,
 * and hands it on to the program in `next`. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#define NEXT (-1)

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} next SEC(".maps");

__u32 counter;

SEC("tc")
int empty(struct __sk_buff *skb)
{
	return NEXT;
}

SEC("tc")
int clock(struct __sk_buff *skb)
{
	skb->tstamp = bpf_ktime_get_ns();
	return NEXT;
}

SEC("tc")
int stir(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + ETH_HLEN;

	if ((void *)(ip + 1) > end)
		return TC_ACT_STOLEN;
	ip->saddr = counter++;
	bpf_tail_call(skb, &next, 0);
	return TC_ACT_STOLEN;           /* there was no next */
}

char _license[] SEC("license") = "Dual BSD/GPL";
