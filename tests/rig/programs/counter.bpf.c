/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A neighbour's program: counts the IPv4 UDP packets that it sees, and does with each packet as it was told.  Nothing but
 * a test sends UDP in its namespaces, so the count is exact. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

/* neighbour.c writes it before it loads the program. */
const volatile struct {
	__s32 verdict;          /* -1: the next program decides; 0: pass, and end the hook */
	__u32 peer;             /* the veth whose other end gets IPv4; 0: none */
} conduct = { .verdict = -1 };

SEC("tc")
int neighbour(struct __sk_buff *skb)
{
	__u64 *count;
	__u32 first = 0;
	__u8 protocol;

	if (skb->protocol != bpf_htons(ETH_P_IP))
		return conduct.verdict;
	if (bpf_skb_load_bytes(skb, ETH_HLEN + __builtin_offsetof(struct iphdr, protocol), &protocol, 1) == 0 &&
	    protocol == IPPROTO_UDP) {
		count = bpf_map_lookup_elem(&seen, &first);
		if (count)
			__sync_fetch_and_add(count, 1);
	}
	return conduct.peer ? bpf_redirect_peer(conduct.peer, 0) : conduct.verdict;
}

char _license[] SEC("license") = "Dual BSD/GPL";
