/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What XDP can do for a limit on a veth: a token bucket that drops.  There is no queue that it could use.  RATE is bytes
 * a second, BURST bytes; both count layer 2 without the frame check sequence, as natra does. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define SECOND 1000000000ULL

struct bucket {
	struct bpf_spin_lock lock;
	__u64 tokens; /* bytes times SECOND / RATE: ns that the rate takes for them */
	__u64 then;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bucket);
} buckets SEC(".maps");

SEC("xdp")
int police(struct xdp_md *ctx)
{
	__u64 cost = (ctx->data_end - ctx->data) * SECOND / RATE, most = BURST * SECOND / RATE, now = bpf_ktime_get_ns();
	__u32 key = 0;
	struct bucket *bucket = bpf_map_lookup_elem(&buckets, &key);
	int verdict = XDP_DROP;

	if (!bucket)
		return XDP_PASS;
	bpf_spin_lock(&bucket->lock);
	bucket->tokens += bucket->then ? now - bucket->then : most;
	if (bucket->tokens > most)
		bucket->tokens = most;
	bucket->then = now;
	if (bucket->tokens >= cost) {
		bucket->tokens -= cost;
		verdict = XDP_PASS;
	}
	bpf_spin_unlock(&bucket->lock);
	return verdict;
}

char _license[] SEC("license") = "Dual BSD/GPL";
