/** The page's computations; the page itself is tested in a browser (tests/page). */
import { assertEquals } from "@std/assert";
import { Busyness } from "./browser/busy.ts";
import { formatBytes, formatRate, formatShare, formatSpan } from "./browser/format.ts";
import { type Moment, ratesBetween } from "./browser/rates.ts";
import type { LiveFlow, PodInfo } from "./contract.ts";

const flow = (source: string, bytes: number, heavyFor = 60_000): LiveFlow => ({
  source,
  destination: "b:1",
  protocol: "tcp",
  bytes,
  heavyFor,
});

function moment(time: number, bytes: number, flows: readonly LiveFlow[] = []): Moment {
  return { time, live: { bytes, heavyBytes: bytes / 2, drops: bytes / 100, marks: 0, waiting: 0, flows } };
}

Deno.test("ratesBetween() divides the counts by the time between", () => {
  assertEquals(ratesBetween(moment(1000, 1000), moment(3000, 3000)), {
    all: 8000,
    heavy: 4000,
    drops: 10,
    marks: 0,
    flows: [],
  });
});

Deno.test("ratesBetween() is null if no time passed, or the counters started again", () => {
  assertEquals(ratesBetween(moment(1000, 1000), moment(1000, 2000)), null);
  assertEquals(ratesBetween(moment(1000, 1000), moment(2000, 500)), null);
});

Deno.test("ratesBetween() puts the fastest flow first, not the one with the most bytes", () => {
  const before = moment(0, 0, [flow("old", 1_000_000), flow("forgotten", 5_000)]);
  const after = moment(1000, 9000, [
    flow("old", 1_001_000),
    flow("forgotten", 2_000), // counted again from zero
    flow("fresh", 1_500, 500), // heavy for half a second only
  ]);
  assertEquals(ratesBetween(before, after)?.flows.map(({ flow, rate }) => [flow.source, rate]), [
    ["fresh", 24_000],
    ["forgotten", 16_000],
    ["old", 8_000],
  ]);
});

Deno.test("Busyness is the share of the limit, of the busier direction, in tenths", () => {
  const pod = (bytes: number | null): PodInfo => ({
    id: "c/eth0",
    namespace: "a",
    pod: "b",
    interface: "eth0",
    attach: "tcx",
    created: "",
    ingress: null,
    egress: { rate: 8000, burst: 1, pacer: "htb", queue: "", bytes },
  });
  const busy = new Busyness();
  busy.update([pod(0)], 0);
  assertEquals(busy.of(pod(0)), 0);
  busy.update([pod(520)], 1000);
  assertEquals(busy.of(pod(0)), 5);
  busy.update([pod(null)], 2000);
  assertEquals([busy.of(pod(0)), busy.of(pod(null))], [0, Infinity]);
});

for (
  const [bits, text] of [
    [0, "0 bit/s"],
    [999, "999 bit/s"],
    [9_944_000, "9.94 Mbit/s"],
    [10_000_000, "10 Mbit/s"],
    [99_960_000, "100 Mbit/s"],
    [999_600, "1 Mbit/s"],
    [1e15, "1 Pbit/s"],
  ] as const
) {
  Deno.test(`formatRate() of ${bits} is ${text}`, () => assertEquals(formatRate(bits), text));
}

Deno.test("sizes, shares and spans are short", () => {
  assertEquals([formatBytes(121_000), formatBytes(0)], ["121 kB", "0 B"]);
  assertEquals([formatShare(99, 100), formatShare(1, 0)], ["99 %", ""]);
  assertEquals([0, 61_000, 90_000_000].map(formatSpan), ["0s", "1m 1s", "1d 1h"]);
});
