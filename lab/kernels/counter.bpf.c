// SPDX-License-Identifier: GPL-2.0
/*
 * A foreign program on natra's hooks: counts every packet it sees and passes it on without a verdict,
 * as a network policy or a monitor would.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} packets SEC(".maps");

SEC("tc")
int counter(struct __sk_buff *skb)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&packets, &key);

	if (count)
		__sync_fetch_and_add(count, 1);
	return -1; /* TCX_NEXT, and TC_ACT_UNSPEC for clsact */
}

char _license[] SEC("license") = "GPL";
