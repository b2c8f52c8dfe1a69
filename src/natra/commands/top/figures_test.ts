import { assertEquals } from "@std/assert";
import { appliedOf } from "../../../../tests/rig/any_applied.ts";
import type { Counters, Flow, QueueStats } from "../../datapath/datapath.ts";
import { compare, FORGET_AFTER_SECONDS, sortFigures, SORTS } from "./figures.ts";
import { type DirectionSample, type Sample, sampleKey } from "./sample.ts";

const SECOND = 1_000_000_000n;

const applied = appliedOf();

const ZERO: Counters = {
  light_packets: 0n,
  light_bytes: 0n,
  heavy_packets: 0n,
  heavy_bytes: 0n,
  ack_packets: 0n,
  light_drops: 0n,
  heavy_drops: 0n,
  marks: 0n,
  guard_packets: 0n,
  guard_bytes: 0n,
  guard_drops: 0n,
};

const TCP: Flow = {
  source: "10.0.0.1",
  sourcePort: 40000,
  destination: "10.0.0.2",
  destinationPort: 443,
  protocol: "tcp",
  bytes: 1_000_000n,
  heavyFor: 3n * SECOND,
  idleFor: 0n,
  drops: 0n,
  marks: 0n,
};

/** A queue that so many bytes left by its heavy class, and half as many by none. */
function queue(bytes: bigint, drops: number, backlog = 0): QueueStats {
  const heavy = { kind: "fq_codel", bytes, packets: 1, drops, marks: 0, backlog, queued: 2 };
  return { drops, marks: 0, backlog, bytes: bytes * 3n / 2n, classes: { heavy } };
}

/** What was seen of the pod's ingress. @param at ms */
function seen(at: number, what: Partial<DirectionSample> = {}): Sample {
  const direction = "ingress";
  const sample = { applied, direction, at, counters: ZERO, queue: null, flows: [], ...what } as const;
  return new Map([[sampleKey(applied, direction), sample]]);
}

Deno.test("compare() gives a direction's rates in bits/s, and what its queue sent, holds and drops", () => {
  const { seconds, directions } = compare(
    seen(1000, { counters: { ...ZERO, heavy_bytes: 1000n }, queue: queue(5_000_000n, 10) }),
    seen(3000, {
      counters: { ...ZERO, heavy_bytes: 3_001_000n, light_bytes: 1_000_000n, guard_drops: 4n },
      queue: queue(7_500_000n, 16, 777),
    }),
  );
  assertEquals([seconds, directions.length], [2, 1]);
  const [figures] = directions;
  assertEquals(figures?.pod, "shop/web");
  assertEquals([figures?.limit, figures?.offered, figures?.sent], [10e6, 16e6, 15e6]);
  assertEquals([figures?.heavyShare, figures?.waitingBytes, figures?.drops], [0.75, 777, 5]);
  assertEquals(figures?.classes, {
    heavy: { kind: "fq_codel", sent: 10e6, waitingBytes: 777, waitingPackets: 2, drops: 3, marks: 0 },
  });
});

Deno.test("compare() says that nothing was sent where there is no queue", () => {
  assertEquals(compare(seen(0), seen(1000)).directions[0]?.sent, null);
});

Deno.test("compare() gives a flow's rate, and its share of the limit", () => {
  const { flows } = compare(
    seen(0, { flows: [TCP, { ...TCP, protocol: "udp", bytes: 1n }] }),
    seen(1000, { flows: [{ ...TCP, bytes: 2_000_000n }, { ...TCP, protocol: "udp", bytes: 1n }] }),
  );
  assertEquals(
    flows.map(({ protocol, rate, share, heavySeconds }) => [protocol, rate, share, heavySeconds]),
    [
      ["tcp", 8e6, 0.8, 3],
      ["udp", 0, 0, 3],
    ],
  );
});

Deno.test("compare() counts a flow that is new, or was forgotten meanwhile, from zero", () => {
  const { flows } = compare(
    seen(0, { flows: [TCP] }),
    seen(1000, { flows: [{ ...TCP, bytes: 125_000n }, { ...TCP, sourcePort: 1, bytes: 250_000n }] }),
  );
  assertEquals(flows.map(({ rate }) => rate), [1e6, 2e6]);
});

Deno.test("compare() leaves out flows that ended a while ago, and directions that it sees for the first time", () => {
  const idleFor = BigInt(FORGET_AFTER_SECONDS) * SECOND;
  const flows = [{ ...TCP, idleFor }, { ...TCP, sourcePort: 1, idleFor: idleFor + SECOND }];
  assertEquals(compare(seen(0), seen(1000, { flows })).flows.length, 1);
  assertEquals(compare(new Map(), seen(1000, { flows })), { seconds: 0, directions: [], flows: [] });
});

Deno.test("compare() counts from 0 where counters decreased: the pod was set up again", () => {
  const before = seen(0, { counters: { ...ZERO, light_bytes: 10_000_000n } });
  const after = seen(1000, { counters: { ...ZERO, light_bytes: 125_000n } });
  assertEquals(compare(before, after).directions[0]?.offered, 1e6);
});

Deno.test("sortFigures() puts the largest first, by whatever it is asked", () => {
  const flows = [1, 3, 2].map((n) => ({
    ...{ pod: `p${n}`, containerId: "c", ifname: "eth0", direction: "ingress", protocol: "tcp" } as const,
    ...{ source: "", sourcePort: 0, destination: "", destinationPort: 0, idleSeconds: 0, drops: 0, marks: 0 },
    ...{ rate: n, share: n, bytes: n, heavySeconds: n },
  }));
  for (const sort of SORTS) {
    const sorted = sortFigures({ seconds: 1, directions: [], flows }, sort).flows.map(({ bytes }) => bytes);
    assertEquals(sorted, sort === "pod" ? [1, 2, 3] : [3, 2, 1], sort);
  }
});
