import {
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertNotEquals,
} from "@std/assert";
import fc from "fast-check";
import { anyLimit, limitOf } from "../../../tests/rig/any_limit.ts";
import { type DirectionLimit, FIELD_NAMES, type LimitFields, PACER_KINDS } from "../limits/fields.ts";
import { burstTime, gsoLimit, type Knobs, knobsFor, podCredit, type Queue } from "./knobs.ts";
import { constants, knobs as layout } from "./layout.ts";
import { readStruct, writeStruct } from "../../ebpf/struct.ts";

const MS = 1_000_000n;
const kind = fc.constantFrom(...PACER_KINDS);
const seed = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

/** The studied values: bytes and ns; rates in bytes a beat, which is 2^30 ns. */
const STUDIED: readonly (readonly [string, Partial<Knobs>])[] = [
  ["1M", { rate: 134_217n, threshold: 8_192n, epoch: 1_000n * MS, fair_slack: 16_384n }],
  ["10M", { rate: 1_342_177n, threshold: 15_000n, epoch: 256n * MS, fair_slack: 50_000n }],
  ["100M", { rate: 13_421_772n, threshold: 32_768n, epoch: 64n * MS, fair_slack: 500_000n }],
  ["1G", { rate: 134_217_728n, threshold: 32_768n, epoch: 64n * MS, fair_slack: 5_000_000n }],
];

for (const [annotation, studied] of STUDIED) {
  Deno.test(`knobsFor() gives ${annotation} the studied values`, () => {
    const limit = limitOf(annotation);
    const made = knobsFor(limit, { kind: "htb", givesTurns: false }, 1n);
    assertEquals({ ...made, ...studied }, made);
    const rate = studied.rate ?? 0n;
    const everywhere: Partial<Knobs> = {
      leak_min: rate / 256n,
      leak_max: rate / 4n,
      hold: 300n * MS,
      ease_lag: 3n * MS,
      threshold_tcp: 8_192n,
      threshold_other: 1_600n,
      credit: 2n * MS,
      calm: MS,
      light_credit: 40n * MS,
      ack_credit: 20n * MS,
      light_horizon: 500n * MS,
      guard_credit: studied.rate === 134_217n ? 131_072_000n : 40n * MS, // two GSO packets of 8 KB
    };
    assertEquals({ ...made, ...everywhere }, made);
    const { mark_after, horizon } = knobsFor(limit, { kind: "edt", givesTurns: false }, 1n);
    assertEquals({ mark_after, horizon }, { mark_after: 15n * MS, horizon: 45n * MS });
  });
}

const OTHER: LimitFields = {
  ...limitOf("10M"),
  rate: 20_000_000n,
  burst: 250_000n,
  bucket: "flow",
  mice: "free",
  width: 64,
  depth: 7,
  threshold: 9_000n,
};
// What was asked for decides which pacer is tried first; knobs follow the one that is there.
for (const name of FIELD_NAMES.filter((name) => name !== "pacer")) {
  Deno.test(`knobsFor() tells the program of another ${name}`, () => {
    const limit = limitOf("10M");
    const queue = { kind: "htb", givesTurns: false } as const;
    assertNotEquals(knobsFor({ ...limit, [name]: OTHER[name] }, queue, 1n), knobsFor(limit, queue, 1n));
  });
}

Deno.test("knobsFor() fits every limit's values into their fields, and writes them as they are", () => {
  fc.assert(
    fc.property(anyLimit(), kind, seed, (limit, pacer, secret) => {
      const made = knobsFor(limit, { kind: pacer, givesTurns: false }, secret);
      const bytes = new DataView(new ArrayBuffer(layout.size));
      writeStruct(bytes, layout, made);
      assertEquals<Knobs>(readStruct(bytes, layout), made);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("knobsFor() gives no limit a price, a rate or a bound of zero", () => {
  fc.assert(
    fc.property(anyLimit(), kind, (limit, pacer) => {
      const { rate, cost, light_cost, guard_cost, leak_min, leak_max, epoch, threshold, hold } = knobsFor(
        limit,
        { kind: pacer, givesTurns: false },
        0n,
      );
      for (const value of [rate, cost, light_cost, guard_cost, leak_min, leak_max, epoch, threshold, hold]) {
        assertGreater(value, 0n);
      }
      assertLessOrEqual(leak_min, leak_max);
      assertLessOrEqual(leak_max, rate);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("knobsFor() prices the guard below the queue, and light flows above it", () => {
  fc.assert(fc.property(anyLimit(), kind, (limit, pacer) => {
    const { cost, light_cost, guard_cost } = knobsFor(limit, { kind: pacer, givesTurns: false }, 0n);
    assertLessOrEqual(guard_cost, cost);
    assertGreaterOrEqual(light_cost, cost);
  }));
});

Deno.test("knobsFor() prices up to 1T within a thousandth of the limit", () => {
  fc.assert(fc.property(anyLimit(), (limit) => {
    fc.pre(limit.rate <= 10n ** 12n && limit.rate >= 10n ** 5n);
    const { cost } = knobsFor(limit, { kind: "htb", givesTurns: true }, 0n);
    const exact = 8e9 * 2 ** constants.COST_SHIFT / Number(limit.rate);
    assertLessOrEqual(Math.abs(Number(cost) - exact) / exact, 0.001);
  }));
});

Deno.test("knobsFor() never lets the price of the largest packet overflow", () => {
  const BIG_TCP = 512n * 1024n;
  fc.assert(fc.property(anyLimit(), kind, (limit, pacer) => {
    const { cost, light_cost } = knobsFor(limit, { kind: pacer, givesTurns: false }, 0n);
    for (const price of [cost, light_cost]) assertLessOrEqual(BIG_TCP * price, 2n ** 64n - 1n);
  }));
});

Deno.test("knobsFor() takes the threshold that was asked for, under pressure, too", () => {
  const asked = limitOf('{"rate":"10M","cms":{"heavyHitterThreshold":"100k"}}');
  const { threshold, threshold_tcp, threshold_other } = knobsFor(
    asked,
    { kind: "htb", givesTurns: true },
    0n,
  );
  assertEquals([threshold, threshold_tcp, threshold_other], [100_000n, 100_000n, 100_000n]);
});

Deno.test("knobsFor() marks for the policer when half of its credit is used", () => {
  const limit = limitOf("10M");
  const { mark_after, credit, horizon } = knobsFor(limit, { kind: "police", givesTurns: true }, 0n);
  assertEquals([BigInt.asIntN(64, mark_after), credit, horizon], [-20n * MS, 40n * MS, 0n]);
});

Deno.test("burstTime() is the time that the burst takes at the limit", () => {
  assertEquals(burstTime(limitOf("10M")), 40n * MS);
  assertEquals(burstTime(limitOf('{"rate":"10M","burst":"5M"}')), 500n * MS);
});

Deno.test("podCredit() gives heavy flows only the burst that was asked for beyond the default", () => {
  assertEquals(podCredit(limitOf("10M")), 2n * MS);
  assertEquals(podCredit(limitOf('{"rate":"10M","burst":"100k"}')), 2n * MS);
  assertEquals(podCredit(limitOf('{"rate":"10M","burst":"5M"}')), 462n * MS);
});

Deno.test("knobsFor() has no fair_slack for a queue that gives turns, for a policer, and for a rate per flow", () => {
  const slack = (changes: Partial<DirectionLimit>, queue: Queue): bigint =>
    knobsFor({ ...limitOf("10M"), ...changes }, queue, 0n).fair_slack;
  assertEquals(slack({}, { kind: "htb", givesTurns: false }), 50_000n);
  assertEquals(slack({}, { kind: "htb", givesTurns: true }), 0n);
  assertEquals(slack({}, { kind: "police", givesTurns: false }), 0n);
  assertEquals(slack({ bucket: "flow" }, { kind: "edt", givesTurns: false }), 0n);
});

for (
  const [rate, bytes] of [[1_000_000n, 8192], [20_000_000n, 12_500], [104_000_000n, 65_000], [
    10n ** 15n,
    65536,
  ]] as const
) {
  Deno.test(`gsoLimit() of ${rate} bit/s is ${bytes} bytes`, () => assertEquals(gsoLimit({ rate }), bytes));
}

Deno.test("gsoLimit() stays within its bounds, and never falls as the rate rises", () => {
  const rate = fc.bigInt({ min: 1000n, max: 10n ** 15n });
  fc.assert(fc.property(rate, rate, (a, b) => {
    const [low, high] = a < b ? [a, b] : [b, a];
    assertLessOrEqual(gsoLimit({ rate: low }), gsoLimit({ rate: high }));
    assertGreaterOrEqual(gsoLimit({ rate: low }), 8192);
    assertLessOrEqual(gsoLimit({ rate: high }), 65536);
  }));
});
