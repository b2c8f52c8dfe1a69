/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For ebpf_exporter: natra's map of heavy flows, through the link /sys/fs/bpf/flows to its pin. It has no program. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "../../../bpf/lib/flow.h"
#include "../../../bpf/natra/contract.h"

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 128);
	__type(key, struct flow_key);
	__type(value, struct heavy_flow);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} flows SEC(".maps");

char _license[] SEC("license") = "Dual BSD/GPL";
