// SPDX-License-Identifier: GPL-2.0
/*
 * A meter for the receiving end of a link: the bytes that crossed the wire, in slots of 10 ms.
 *
 * It sits at the ingress hook of the interface that receives, behind every queue and policer under test, and
 * lets everything pass. "Wire bytes" are whole Ethernet frames without the FCS. A super-packet (GSO) stands
 * for several frames but carries its headers once, so the headers that the other frames would have had are
 * added.
 *
 * A slot is chosen by the time since boot, which user space reads to the same 10 ms in /proc/uptime: the
 * reader cuts any window out of the ring without having to agree on a start with this program. The ring must
 * be longer than the measurement, because slots are never cleared: build with -DMETER_SLOTS=… for long ones.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#ifndef METER_SLOTS
#define METER_SLOTS 32768 /* a power of two, for the verifier's sake: 327 s */
#endif
#define SLOT_NS 10000000ULL
#define PASS_ON (-1) /* TCX_NEXT, and TC_ACT_UNSPEC for clsact: no verdict, the next program decides */
#define IP_FRAGMENT 0x3fff /* "more fragments" or an offset */
#define MAX_EXTENSION_HEADERS 4

struct ring {
	__u64 bytes[METER_SLOTS];
};

/* One value holds the whole ring, so that one lookup reads it. The value has no BTF: bpftool then prints
 * bare bytes. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct ring));
} slots SEC(".maps");

/* The bytes in front of the payload, up to and including the transport header that starts at `offset`. */
static __always_inline __u32 headers_with_transport(struct __sk_buff *skb, __u32 offset, __u8 protocol)
{
	if (protocol == IPPROTO_UDP)
		return offset + sizeof(struct udphdr);
	if (protocol == IPPROTO_TCP) {
		__u8 data_offset; /* in 4-byte words, in the upper half of the 13th byte */
		if (bpf_skb_load_bytes(skb, offset + 12, &data_offset, sizeof(data_offset)) == 0)
			return offset + (data_offset >> 4) * 4;
	}
	return offset;
}

static __always_inline __u32 ipv4_headers(struct __sk_buff *skb)
{
	struct iphdr ip;

	if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)))
		return ETH_HLEN;
	__u32 end = ETH_HLEN + ip.ihl * 4;
	return ip.frag_off & bpf_htons(IP_FRAGMENT) ? end : headers_with_transport(skb, end, ip.protocol);
}

static __always_inline __u32 ipv6_headers(struct __sk_buff *skb)
{
	struct ipv6hdr ip;

	if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)))
		return ETH_HLEN;
	__u32 end = ETH_HLEN + sizeof(ip);
	__u8 next = ip.nexthdr;
#pragma unroll
	for (int i = 0; i < MAX_EXTENSION_HEADERS; i++) {
		__u8 extension[2]; /* next header, length in 8-byte words after the first */
		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS)
			break;
		if (bpf_skb_load_bytes(skb, end, extension, sizeof(extension)))
			break;
		next = extension[0];
		end += (extension[1] + 1) * 8;
	}
	/* A fragment header ends the walk: fragments are never super-packets, so their headers are never
	 * multiplied. */
	return headers_with_transport(skb, end, next);
}

static __always_inline __u32 wire_bytes(struct __sk_buff *skb)
{
	__u32 headers = ETH_HLEN;

	if (skb->gso_segs <= 1)
		return skb->len;
	if (skb->protocol == bpf_htons(ETH_P_IP))
		headers = ipv4_headers(skb);
	else if (skb->protocol == bpf_htons(ETH_P_IPV6))
		headers = ipv6_headers(skb);
	return skb->len + (skb->gso_segs - 1) * headers;
}

SEC("tc")
int meter(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct ring *ring = bpf_map_lookup_elem(&slots, &key);

	if (ring) {
		__u64 slot = bpf_ktime_get_boot_ns() / SLOT_NS & (METER_SLOTS - 1);
		__sync_fetch_and_add(&ring->bytes[slot], wire_bytes(skb));
	}
	return PASS_ON;
}

char _license[] SEC("license") = "GPL";
