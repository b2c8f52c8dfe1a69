/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the BPF programs and TypeScript agree on.  src/natra/datapath/layout.ts is generated from the BTF of these types:
 * a field changed here is a field changed there.
 *
 * Units.  Time is ns of CLOCK_MONOTONIC.  A size is bytes on the wire: layer 2 without the frame check sequence, the
 * headers of a GSO packet counted for each of its segments.  A rate is bytes per beat, and a beat is 2^30 ns
 * (1.074 s), so that a shift does where a division would cost 10 ns a packet.                                       */
#pragma once
#include <linux/types.h>

enum constants {                /* not #defines: those are not in BTF */
	BEAT_SHIFT = 30,        /* a beat is 1 << 30 ns */
	COST_SHIFT = 20,        /* ns a byte, in fixed point: the clocks' price of one byte */
	MAX_DEPTH = 8,          /* rows of a sketch */
	CENSUS_SLOTS = 1024,    /* for counting heavy flows */
	YOUNG_BYTES = 131072,   /* a heavy flow's first bytes, which pass by what older ones have waiting */
};

enum pacer {
	PACER_HTB,              /* choose a class of the HTB on this device */
	PACER_EDT,              /* stamp a departure time for the fq on this device */
	PACER_POLICE,           /* no queue: drop what comes too early */
};
enum bucket {
	BUCKET_POD,             /* all heavy flows share the pod's rate */
	BUCKET_FLOW,            /* each heavy flow has the rate for itself */
};
enum mice {
	MICE_CHARGED,           /* light flows count against the rate */
	MICE_FREE,              /* light flows pass beside it */
};

/* Written once, before the program is loaded: the verifier then removes the branches that this pod does not need. */
struct knobs {
	enum pacer pacer;
	enum bucket bucket;
	enum mice mice;
	__u32 depth;            /* rows of the sketch, 1..MAX_DEPTH */
	__u32 width_shift;      /* log2 of the cells of a row */
	__u32 class_none;       /* HTB: no class, straight through */
	__u32 class_ack;        /* HTB: the class ids, as skb->priority */
	__u32 class_light;
	__u32 class_young;      /* heavy flows in their first YOUNG_BYTES */
	__u32 class_heavy;
	__u32 redirect_to;      /* natra_redirect: the ifb that queues, in the pod's namespace */
	__u64 seed;             /* secret, of this pod and direction */

	__u64 rate;             /* the limit */
	__u64 cost;             /* ns a byte at the limit, << COST_SHIFT */
	__u64 light_cost;       /* the same for the light flows' own clock, a little slower than the limit */
	__u64 credit;           /* ns that the pod's clock may lag: the burst */
	__u64 calm;             /* ns of credit with which the pod is so far below the limit that nothing is sorted */
	__u64 light_credit;     /* ns, the same for the light flows' clock */
	__u64 ack_credit;       /* ns that pure ACKs may run ahead of a tenth of the limit */

	__u64 threshold;        /* bytes that a flow may run ahead of its fair share and still be light */
	__u64 threshold_tcp;    /* what that shrinks to under pressure: a request still fits, an initial window does not */
	__u64 threshold_other;  /* the same for what is not TCP */
	__u64 leak_min;         /* bounds of the fair share that a sketch cell leaks at */
	__u64 leak_max;
	__u64 hold;             /* ns below its fair share after which a heavy flow is light again */
	__u64 hold_min;         /* bytes: the same, where the fair share is less than a packet */

	__u64 epoch;            /* ns over which heavy flows are counted and the light flows' rate is measured */
	__u64 ease_lag;         /* ns of lag of the light flows' clock at which the fair share is halved */

	__u64 mark_after;       /* ns of queue from which ECN marks (HTB: its leaf does), and who takes too much is dropped */
	__u64 horizon;          /* ns of queue beyond which a heavy packet is dropped (HTB: its leaf drops it) */
	__u64 light_horizon;    /* the same for light packets */
	__u64 fair_slack;       /* bytes a heavy flow may run ahead of its share before it is dropped first; 0: its queue is fair */

	__u64 guard_cost;       /* ns a byte at the guard's rate, << COST_SHIFT */
	__u64 guard_credit;     /* ns */
};

/* A point in time that moves with each byte charged: behind now, there is credit; ahead of now, there is a queue. */
struct clock {
	__u64 base;
	__u64 sum;
};

/* Per CPU, so that counting costs no atomic: whoever reads adds them up. */
struct stats {
	__u64 light_packets, light_bytes;
	__u64 heavy_packets, heavy_bytes;
	__u64 ack_packets;              /* of the light ones: pure ACKs that went first */
	__u64 light_drops, heavy_drops; /* by the program; a queue's own drops are the queue's to tell */
	__u64 marks;
	__u64 guard_packets, guard_bytes, guard_drops;
};

struct state {
	struct clock pod, light, ack, guard;
	__u64 heavy;            /* ns at the limit: all that ever went into the heavy queue */
	__u64 ticket;           /* ns: when a packet last went before all that waits, see is_young() */
	__u64 calm_from;        /* ns: when all that was sorted has left its queue for certain */
	__u64 leak;             /* what a sketch cell leaks at: half of a fair share, eased */
	__u64 share;            /* a heavy flow's fair share */
	__u64 ease;             /* 1..EASE_FULL: what the leak is scaled by */
	__u64 ease_changed;     /* ns */
	__u64 epoch_start;      /* ns */
	__u64 epoch_light;      /* light.sum at its start: how far it moved since is what light flows sent */
	__u64 light_rate;
	__u32 heavy_now, heavy_before;  /* heavy flows counted in this epoch and in the last */
	__u8 epoch;
	__u8 census[CENSUS_SLOTS];      /* the epoch in which a heavy flow of this hash was last counted */
};

struct heavy_flow {
	__u64 bytes;            /* first: exporters that know no structs read a value by its first eight bytes */
	__u64 since;            /* ns: heavy without a pause since then */
	__u64 last;             /* ns: its last packet */
	__u64 run;              /* of its bytes, since `since` */
	__u64 departs;          /* ns: when the last of its packets has left for certain, where it was young or stamped */
	__u64 behind;           /* ns: state.heavy when its last packet came into the heavy queue */
	__u64 dropped;          /* ns: when it last lost a packet for running ahead of its share */
	__u64 fair;             /* a cell as in sketch.h, leaking at the fair share; unused where the queue is fair */
	struct clock clock;     /* BUCKET_FLOW: its own */
	__u32 drops, marks;
};
