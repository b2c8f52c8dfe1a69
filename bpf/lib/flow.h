/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A packet's flow and its length on the wire.  No packet is refused: what cannot be parsed is a flow of its
 * own kind. */
#pragma once
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "common.h"

#define VLAN_TAG 4              /* bytes; in the metadata, not in the packet, if the device strips it */
#define VLAN_TAGS 2             /* 802.1ad outside, 802.1Q inside */
#define IPV6_EXTENSIONS 6
#define HEADERS 256             /* bytes that are parsed: two tags, IPv6, six extensions, TCP */
#define TRANSPORT 14            /* bytes of the TCP header: up to its flags */
#define IP_FRAGMENT 0x3fff      /* more fragments, or an offset */
#define IPV6_FRAGMENT 0xfff9
#define TCP_FLAGS_NOT_PLAIN 0x17 /* FIN, SYN, RST, ACK: a plain acknowledgement has only the last */
#define TCP_FLAG_ACK_ONLY 0x10

/* Addresses are IPv6; IPv4 is mapped (::ffff:a.b.c.d).  A fragment has no ports.  Other packets have only an
 * ether_type. */
struct flow_key {
	__u8 saddr[16];
	__u8 daddr[16];
	__be16 sport, dport;
	__be16 ether_type;
	__u8 protocol;
	__u8 pad;
};

struct packet {
	struct flow_key key;
	__u64 hash;
	__u32 header;           /* bytes before the payload, which every segment of a GSO packet repeats */
	__u32 length;           /* on the wire */
	__u8 tcp;
	__u8 pure_ack;          /* an acknowledgement without data */
};

/* Headers are nearly always in the packet's linear part; if not, they are pulled there.  Reading them from
 * there costs no call (8 ns), and with a call as the alternative the verifier would walk seven times as far.
 * No more is pulled than is read: of a TCP packet only the headers are linear, and it is a clone, whose head
 * would be copied. */
static __always_inline void pull_headers(struct __sk_buff *skb, __u32 bytes)
{
	__u32 linear = (long)skb->data_end - (long)skb->data, length = skb->len;

	if (linear < bytes && linear < length)
		bpf_skb_pull_data(skb, length < bytes ? length : bytes);
}

static __always_inline int load_bytes(struct __sk_buff *skb, __u32 offset, void *to, const __u32 size)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	if (offset > HEADERS || data + offset + size > end)
		return -1;
	__builtin_memcpy(to, data + offset, size);
	return 0;
}

/* The finalizer of MurmurHash3 (public domain), keyed by h. */
static __always_inline __u64 mix(__u64 h, __u64 v)
{
	h ^= v;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 32;
	h *= 0xc4ceb9fe1a85ec53ULL;
	return h ^ h >> 29;
}

static __always_inline void read_ports(struct __sk_buff *skb, __u32 offset, struct packet *p)
{
	__be16 ports[2];

	if (load_bytes(skb, offset, ports, sizeof(ports)))
		return;
	p->key.sport = ports[0];
	p->key.dport = ports[1];
}

/* `end` is where the IP packet ends according to its header; 0 if the header does not say (a jumbogram, or
 * BIG TCP). */
static __always_inline void read_transport(struct __sk_buff *skb, __u32 offset, __u32 end, struct packet *p)
{
	p->header = offset;
	switch (p->key.protocol) {
	case IPPROTO_TCP: {
		struct { __be16 sport, dport; __be32 seq, ack; __u8 words, flags; } tcp;

		if (load_bytes(skb, offset, &tcp, TRANSPORT))
			break;
		p->tcp = 1;
		p->key.sport = tcp.sport;
		p->key.dport = tcp.dport;
		p->header = offset + (tcp.words >> 4) * 4;
		p->pure_ack = end && end <= p->header && (tcp.flags & TCP_FLAGS_NOT_PLAIN) == TCP_FLAG_ACK_ONLY;
		break;
	}
	case IPPROTO_UDP:
		p->header = offset + 8;
		read_ports(skb, offset, p);
		break;
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		read_ports(skb, offset, p);
	}
}

static __always_inline void read_ipv4(struct __sk_buff *skb, __u32 offset, struct packet *p)
{
	struct iphdr ip;
	__u32 *saddr = (__u32 *)p->key.saddr, *daddr = (__u32 *)p->key.daddr, next;

	if (load_bytes(skb, offset, &ip, sizeof(ip)))
		return;
	saddr[2] = daddr[2] = bpf_htonl(0xffff);
	saddr[3] = ip.saddr;
	daddr[3] = ip.daddr;
	p->hash = mix(p->hash, (__u64)ip.saddr << 32 | ip.daddr);
	p->key.protocol = ip.protocol;
	next = offset + ip.ihl * 4;
	if (ip.frag_off & bpf_htons(IP_FRAGMENT))
		p->header = next;       /* only the first fragment has ports: all are one flow */
	else
		read_transport(skb, next, ip.tot_len ? offset + bpf_ntohs(ip.tot_len) : 0, p);
}

static __always_inline void read_ipv6(struct __sk_buff *skb, __u32 offset, struct packet *p)
{
	struct ipv6hdr ip;
	__u64 *word = (__u64 *)p->key.saddr;
	__u32 next = offset + sizeof(ip);
	__u8 kind, fragment = 0;

	if (load_bytes(skb, offset, &ip, sizeof(ip)))
		return;
	__builtin_memcpy(p->key.saddr, &ip.saddr, sizeof(p->key.saddr));
	__builtin_memcpy(p->key.daddr, &ip.daddr, sizeof(p->key.daddr));
	p->hash = mix(mix(mix(mix(p->hash, word[0]), word[1]), word[2]), word[3]);
	kind = ip.nexthdr;
#pragma unroll
	for (int i = 0; i < IPV6_EXTENSIONS; i++) {
		/* next header; length in units of 8 bytes - 1 (AH: 4 bytes - 2); fragment offset */
		__u8 ext[4];

		if (kind != IPPROTO_HOPOPTS && kind != IPPROTO_ROUTING && kind != IPPROTO_DSTOPTS &&
		    kind != IPPROTO_FRAGMENT && kind != IPPROTO_AH)
			break;
		if (load_bytes(skb, next, ext, sizeof(ext)))
			break;
		if (kind == IPPROTO_FRAGMENT) {
			next += 8;
			fragment = ((ext[2] << 8 | ext[3]) & IPV6_FRAGMENT) != 0;
		} else {
			next += kind == IPPROTO_AH ? (ext[1] + 2) * 4 : (ext[1] + 1) * 8;
		}
		kind = ext[0];
		if (fragment)
			break;
	}
	p->key.protocol = kind;
	if (fragment)
		p->header = next;
	else
		read_transport(skb, next, ip.payload_len ? offset + sizeof(ip) + bpf_ntohs(ip.payload_len) : 0, p);
}

/* The kernel's qdisc_pkt_len(), which ingress hooks lack: a GSO packet's headers count once per segment. */
static __always_inline __u32 wire_length(struct __sk_buff *skb, __u32 segments, __u32 header)
{
	return skb->len + (segments - 1) * header + (skb->vlan_present ? segments * VLAN_TAG : 0);
}

/* Only a GSO packet has to be parsed for its length. */
static __always_inline int is_gso(struct __sk_buff *skb)
{
	return skb->gso_size != 0;
}

static __always_inline __u32 segments_of(struct __sk_buff *skb, __u32 header)
{
	__u32 segments = skb->gso_segs, length = skb->len;

	if (!segments && length > header)       /* untrusted sources (tun, packet sockets) do not set it */
		segments = (length - header + skb->gso_size - 1) / skb->gso_size;
	return segments ?: 1;
}

/* Maximum bytes of headers that will be parsed. */
static __always_inline __u32 headers_of(struct __sk_buff *skb, __be16 ether_type)
{
	__u8 first, next;

	if (ether_type == bpf_htons(ETH_P_IP) && !load_bytes(skb, ETH_HLEN, &first, sizeof(first)))
		return ETH_HLEN + (first & 0xf) * 4 + TRANSPORT;
	if (ether_type == bpf_htons(ETH_P_IPV6) && !load_bytes(skb, ETH_HLEN + 6, &next, sizeof(next)) &&
	    (next == IPPROTO_TCP || next == IPPROTO_UDP))
		return ETH_HLEN + sizeof(struct ipv6hdr) + TRANSPORT;
	return HEADERS;
}

static __always_inline void read_packet(struct __sk_buff *skb, __u64 seed, struct packet *p)
{
	__be16 ether_type = (__be16)skb->protocol;
	__u32 offset = ETH_HLEN;

	__builtin_memset(p, 0, sizeof(*p));
	WRITE_ONCE(p->header, headers_of(skb, ether_type));
	pull_headers(skb, READ_ONCE(p->header));
#pragma unroll
	for (int i = 0; i < VLAN_TAGS; i++) {
		struct { __be16 tag, ether_type; } vlan;

		if (ether_type != bpf_htons(ETH_P_8021Q) && ether_type != bpf_htons(ETH_P_8021AD))
			break;
		if (load_bytes(skb, offset, &vlan, sizeof(vlan)))
			break;
		ether_type = vlan.ether_type;
		offset += sizeof(vlan);
	}
	p->key.ether_type = ether_type;
	WRITE_ONCE(p->header, offset);
	/* Three known values become one unknown: the verifier walks on only once. */
	offset = READ_ONCE(p->header);
	p->hash = seed;
	if (ether_type == bpf_htons(ETH_P_IP))
		read_ipv4(skb, offset, p);
	else if (ether_type == bpf_htons(ETH_P_IPV6))
		read_ipv6(skb, offset, p);
	p->hash = mix(p->hash, (__u64)p->key.sport << 48 | (__u64)p->key.dport << 32 | p->key.protocol << 16 | ether_type);
	p->length = wire_length(skb, is_gso(skb) ? segments_of(skb, p->header) : 1, p->header);
}
