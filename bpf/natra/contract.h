/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The types that the BPF programs and TypeScript share.  src/natra/datapath/layout.ts is generated from their
 * BTF.
 *
 * Units.  Times are ns of CLOCK_MONOTONIC.  Sizes are bytes on the wire: layer 2 without the frame check
 * sequence, the headers of a GSO packet counted for each of its segments.  Rates are bytes per beat; a beat
 * is 2^30 ns (1.074 s), so that a shift replaces a division, which would cost 10 ns per packet. */
#pragma once
#include <linux/types.h>

enum constants {                /* not #defines, which are not in BTF */
	BEAT_SHIFT = 30,        /* a beat is 1 << 30 ns */
	COST_SHIFT = 20,        /* fixed point of ns per byte: the clocks' price of one byte */
	MAX_DEPTH = 8,          /* rows of a sketch */
	CENSUS_SLOTS = 1024,    /* slots for counting heavy flows */
	YOUNG_BYTES = 131072,   /* first bytes of a heavy flow, which are served before older heavy flows */
};

enum pacer {
	PACER_HTB,              /* choose a class of the device's HTB */
	PACER_EDT,              /* stamp a departure time for the device's fq */
	PACER_POLICE,           /* no queue: drop packets that arrive too early */
};
enum bucket {
	BUCKET_POD,             /* all heavy flows share the pod's rate */
	BUCKET_FLOW,            /* each heavy flow has the full rate */
};
enum mice {
	MICE_CHARGED,           /* light flows count against the rate */
	MICE_FREE,              /* light flows do not count */
};

/* Written once, before the program is loaded: the verifier removes branches that this pod does not need. */
struct knobs {
	enum pacer pacer;
	enum bucket bucket;
	enum mice mice;
	__u32 depth;            /* rows of the sketch, 1..MAX_DEPTH */
	__u32 width_shift;      /* log2 of the cells per row */
	__u32 class_none;       /* HTB: no class, not queued */
	__u32 class_ack;        /* HTB: class ids, as skb->priority */
	__u32 class_light;
	__u32 class_young;      /* heavy flows in their first YOUNG_BYTES */
	__u32 class_heavy;
	__u32 redirect_to;      /* natra_redirect: the ifb that queues, in the pod's namespace */
	__u64 seed;             /* secret of this pod and direction */

	__u64 rate;             /* the limit */
	__u64 cost;             /* ns per byte at the limit, << COST_SHIFT */
	__u64 light_cost;       /* the same for the light flows' own clock, a little slower than the limit */
	__u64 credit;           /* ns that the pod's clock may be behind: the burst */
	__u64 calm;             /* ns of credit from which packets are not sorted: far below the limit */
	__u64 light_credit;     /* ns: the same for the light flows' clock */
	__u64 ack_credit;       /* ns that pure ACKs may run ahead of a tenth of the limit */

	__u64 threshold;        /* bytes that a flow may run ahead of its fair share and still be light */
	__u64 threshold_tcp;    /* minimum under pressure: a request still fits, an initial window does not */
	__u64 threshold_other;  /* the same for what is not TCP */
	__u64 leak_min;         /* bounds of the rate at which a sketch cell leaks */
	__u64 leak_max;
	__u64 hold;             /* ns below its fair share after which a heavy flow is light again */
	__u64 hold_min;         /* bytes: the same if the fair share is less than a packet */

	__u64 epoch;            /* ns: period of counting heavy flows and measuring the light flows' rate */
	__u64 ease_lag;         /* ns of lag of the light flows' clock from which the fair share is halved */

	__u64 mark_after;       /* ns of queue from which to mark (HTB: its leaf) and to drop unfair flows */
	__u64 horizon;          /* ns of queue beyond which a heavy packet is dropped (HTB: by its leaf) */
	__u64 light_horizon;    /* the same for light packets */
	__u64 fair_slack;       /* bytes ahead of its share from which a flow is unfair; 0: its queue is fair */

	__u64 guard_cost;       /* ns per byte at the guard's rate, << COST_SHIFT */
	__u64 guard_credit;     /* ns */
};

/* A point in time that advances with each byte charged.  Behind now: credit; ahead of now: a queue. */
struct clock {
	__u64 base;
	__u64 sum;
};

/* Per CPU, so that counting needs no atomics; readers add them up. */
struct stats {
	__u64 light_packets, light_bytes;
	__u64 heavy_packets, heavy_bytes;
	__u64 ack_packets;              /* of the light ones: pure ACKs that were served first */
	__u64 light_drops, heavy_drops; /* by the program; queues count their own drops */
	__u64 marks;
	__u64 guard_packets, guard_bytes, guard_drops;
};

struct state {
	struct clock pod, light, ack, guard;
	__u64 heavy;            /* ns at the limit: everything that was ever put into the heavy queue */
	__u64 ticket;           /* ns: when a packet was last sent before all that wait, see is_young() */
	__u64 calm_from;        /* ns: when every sorted packet has certainly left its queue */
	__u64 leak;             /* rate at which a sketch cell leaks: half of a fair share, eased */
	__u64 share;            /* a heavy flow's fair share */
	__u64 ease;             /* 1..EASE_FULL: factor of the leak */
	__u64 ease_changed;     /* ns */
	__u64 epoch_start;      /* ns */
	__u64 epoch_light;      /* light.sum at the start of the epoch, to measure what light flows send */
	__u64 light_rate;
	__u32 heavy_now, heavy_before;  /* heavy flows counted in this epoch and in the last one */
	__u8 epoch;
	__u8 census[CENSUS_SLOTS];      /* the epoch in which a heavy flow of this hash was last counted */
};

struct heavy_flow {
	__u64 bytes;            /* first: exporters without structs read the first eight bytes of a value */
	__u64 since;            /* ns: heavy since then without a pause */
	__u64 last;             /* ns: time of its last packet */
	__u64 run;              /* bytes since `since` */
	__u64 departs;          /* ns: when its last young or stamped packet has certainly left */
	__u64 behind;           /* ns: state.heavy when its last packet was put into the heavy queue */
	__u64 dropped;          /* ns: when it last lost a packet for running ahead of its share */
	__u64 fair;             /* a cell as in sketch.h that leaks at the fair share; 0: fair queue */
	struct clock clock;     /* BUCKET_FLOW: its own */
	__u32 drops, marks;
};
