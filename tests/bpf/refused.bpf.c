/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A program that the verifier refuses: it reads a packet without looking whether it is that long. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int refused(struct __sk_buff *skb)
{
	return *(__u8 *)(long)skb->data;
}

char _license[] SEC("license") = "Dual BSD/GPL";
