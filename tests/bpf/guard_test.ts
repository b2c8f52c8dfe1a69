import { assert, assertEquals } from "@std/assert";
import { Datapath } from "./datapath.ts";
import { FLOOD_SECONDS, flow, FULL_FRAME, SECOND, START, steady } from "./traffic.ts";

const NEXT = -1, DROP = 2;
const RATE = 10_000_000n;
const SPAN = BigInt(FLOOD_SECONDS) * SECOND;
const BYTES_PER_SECOND = Number(RATE) / 8;

/** What the guard's queue may let through over SPAN, and one packet for what any credit passes. */
function most(datapath: Datapath): number {
  return BYTES_PER_SECOND * FLOOD_SECONDS * 1.0101 + Number(datapath.limit.burst) + FULL_FRAME;
}

/** Floods the guard at three times the limit. @returns Bytes that passed. */
function flood(datapath: Datapath, flows: number, bytes = FULL_FRAME): number {
  let passed = 0, number = 0;
  for (const at of steady(3n * RATE, bytes, SPAN)) {
    const { verdict } = datapath.guard(flow(number++ % flows, bytes), { at });
    assert(verdict === NEXT || verdict === DROP);
    if (verdict === NEXT) passed += bytes;
  }
  return passed;
}

for (const [name, flows] of [["one heavy flow", 1], ["ten thousand light flows", 10_000]] as const) {
  Deno.test(`natra_guard holds ${name} to the limit, one hundredth and a burst`, () => {
    using datapath = Datapath.clocked();
    const passed = flood(datapath, flows);
    assert(passed <= most(datapath), `${passed} bytes`);
    assert(
      passed >= BYTES_PER_SECOND * FLOOD_SECONDS * 1.005,
      `${passed} bytes: less than the queue lets through`,
    );
    const { guard_bytes, guard_packets, guard_drops } = datapath.stats();
    assertEquals({ guard_bytes, guard_packets }, { guard_bytes: passed, guard_packets: passed / FULL_FRAME });
    assert(guard_drops > 0);
  });
}

Deno.test("natra_guard drops nothing of what stays below the limit", () => {
  using datapath = Datapath.clocked();
  for (const at of steady(RATE, FULL_FRAME, SPAN)) {
    assertEquals(datapath.guard(flow(1), { at }).verdict, NEXT);
  }
});

Deno.test("natra_guard passes a GSO packet larger than the burst", () => {
  using datapath = Datapath.clocked({ limit: { rate: 1_000n } });
  const verdict = datapath.guard(flow(1, 3500), { at: START, gsoSize: 100, gsoSegs: 35 }).verdict;
  assertEquals(verdict, NEXT);
});

Deno.test("natra_guard passes light flows uncharged if they are free, and holds heavy ones", () => {
  using datapath = Datapath.clocked({ limit: { mice: "free" } });
  assertEquals(flood(datapath, 10_000) >= BYTES_PER_SECOND * FLOOD_SECONDS * 3 - FULL_FRAME, true);
  assertEquals(datapath.charged("guard"), 0n);
  const threshold = 32_768;
  assert(flood(datapath, 1) <= most(datapath) + threshold);
});

Deno.test("natra_guard and natra_shape do not charge each other", () => {
  using datapath = Datapath.clocked();
  flood(datapath, 1);
  assertEquals([datapath.charged("pod"), datapath.charged("light")], [0n, 0n]);
  assertEquals(datapath.shape(flow(2), { at: START }).verdict, NEXT);
});
