/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The product's programs, with one thing changed: the time comes with the packet, in skb->cb, instead of from the
 * kernel.  So a test decides when a packet comes, exactly, and 300 ms of traffic need not take 300 ms. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define bpf_ktime_get_ns() ((__u64)skb->cb[1] << 32 | skb->cb[0])

#include "../../bpf/natra/natra.bpf.c"
