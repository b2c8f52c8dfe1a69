/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Puts a VLAN tag beside the packet, as a driver does (skb->vlan_present), and hands it on to the program in `next`:
 * BPF_PROG_RUN itself can only make packets with the tag inside. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} next SEC(".maps");

SEC("tc")
int tagged(struct __sk_buff *skb)
{
	if (bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 7))
		return TC_ACT_STOLEN;
	bpf_tail_call(skb, &next, 0);
	return TC_ACT_STOLEN;           /* there was no next */
}

char _license[] SEC("license") = "Dual BSD/GPL";
