/**
 * How much passes: the policer's figures, for the pod or for each heavy flow, with light flows charged or
 * free.
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Datapath, type DatapathOptions } from "./datapath.ts";
import { FLOOD_SECONDS, flow, FULL_FRAME, SECOND, START, steady } from "./traffic.ts";

const NEXT = -1;
const RATE = 10_000_000n;
const SPAN = BigInt(FLOOD_SECONDS) * SECOND;
const BYTES = Number(RATE) / 8 * FLOOD_SECONDS; // at the limit, over SPAN

/** Floods with several flows, each at twice the limit. @returns Bytes that passed, by flow. */
function flood(options: DatapathOptions, flows: number): number[] {
  using datapath = Datapath.clocked({ pacer: "police", ...options });
  const passed = Array<number>(flows).fill(0);
  for (const at of steady(2n * RATE, FULL_FRAME, SPAN)) {
    for (let number = 0; number < flows; number++) {
      if (datapath.shape(flow(number), { at }).verdict !== NEXT) continue;
      passed[number] = (passed[number] ?? 0) + FULL_FRAME;
    }
  }
  return passed;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

Deno.test("police passes a burst at once, marks from its half on, and drops what is beyond", () => {
  using datapath = Datapath.clocked({ pacer: "police" });
  const burst = Number(datapath.limit.burst);
  const outcomes = Array.from({ length: 100 }, () => datapath.shape(flow(1, FULL_FRAME, 1), { at: START }));
  const passed = outcomes.filter(({ verdict }) => verdict === NEXT);
  const marked = passed.findIndex(({ data }) => ((data[15] ?? 0) & 3) === 3);
  assertAlmostEquals(passed.length * FULL_FRAME, burst, 1.1 * FULL_FRAME);
  assertAlmostEquals(marked * FULL_FRAME, burst / 2, 1.1 * FULL_FRAME);
  assertEquals(outcomes.findIndex(({ verdict }) => verdict !== NEXT), passed.length);
  assertEquals(datapath.stats().heavy_drops, 100 - passed.length);
});

for (const flows of [1, 2, 8]) {
  Deno.test(`bucket pod holds ${flows} heavy flows to the limit together`, () => {
    const passed = sum(flood({}, flows));
    assert(passed <= BYTES * 1.01 + Number(RATE) / 8 * 0.04 + FULL_FRAME, `${passed} of ${BYTES}`);
    assert(passed >= BYTES * 0.99, `${passed} of ${BYTES}`);
  });
}

for (const pacer of ["police", "edt"] as const) {
  Deno.test(`bucket flow with ${pacer} gives the limit to each of two heavy flows`, () => {
    for (const passed of flood({ pacer, limit: { bucket: "flow" } }, 2)) {
      assertAlmostEquals(passed / BYTES, 1, 0.03);
    }
  });
}

Deno.test("mice charged holds a crowd of light flows to the limit", () => {
  using datapath = Datapath.clocked({ pacer: "police" });
  let passed = 0, number = 0;
  for (const at of steady(3n * RATE, FULL_FRAME, SPAN)) {
    if (datapath.shape(flow(number++), { at }).verdict === NEXT) passed += FULL_FRAME;
  }
  const { light_packets, light_drops } = datapath.stats();
  assert(light_packets > 0 && light_drops > 0);
  // the burst, and the 40 ms that the policer lets light flows run ahead
  assert(passed <= BYTES + Number(RATE) / 8 * 0.08 + FULL_FRAME, `${passed} of ${BYTES}`);
  assert(passed >= BYTES * 0.9, `${passed} of ${BYTES}`);
});

Deno.test("mice free passes light flows beside the limit, and charges nothing for them", () => {
  using datapath = Datapath.clocked({ pacer: "police", limit: { mice: "free" } });
  let number = 0;
  for (const at of steady(3n * RATE, FULL_FRAME, SPAN)) {
    assertEquals(datapath.shape(flow(number++), { at }).verdict, NEXT);
  }
  assertEquals(datapath.stats().light_packets, number);
  assertEquals([datapath.charged("pod"), datapath.charged("light")], [0n, 0n]);
});

Deno.test("mice free holds a heavy flow to the limit", () => {
  const passed = sum(flood({ limit: { mice: "free" } }, 1));
  assertAlmostEquals(passed / BYTES, 1, 0.03);
});
