import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Datapath } from "./datapath.ts";
import { ethernet } from "./packet/ethernet.ts";
import { ipv4, ipv6 } from "./packet/ip.ts";
import { checksum } from "./packet/layer.ts";
import { udp } from "./packet/transport.ts";
import { flow, FULL_FRAME, MS, SECOND, START, steady } from "./traffic.ts";

const NEXT = -1, DROP = 2;
const RATE = 10_000_000n;
/** ns that a full frame takes at the limit. */
const GAP = Number(BigInt(FULL_FRAME) * 8n * SECOND / RATE);
const HORIZON = 45 * Number(MS);

function edt(width = 1024): Datapath {
  return Datapath.clocked({ pacer: "edt", limit: { rate: RATE, width } });
}

Deno.test("edt stamps a heavy flow's packets one transmission time apart, never in the past", () => {
  using datapath = edt();
  const departures = Array.from(
    { length: 30 },
    () => Number(datapath.shape(flow(1), { at: START }).tstamp - START),
  );
  assert(departures.every((departure) => departure >= 0));
  const waiting = departures.filter((departure) => departure > 0);
  assert(waiting.length > 20);
  waiting.slice(1).forEach((departure, i) => assertAlmostEquals(departure - (waiting[i] ?? 0), GAP, 10));
});

Deno.test("edt drops a heavy packet that would wait longer than the horizon", () => {
  using datapath = edt();
  let departure = 0, passed = 0;
  for (let i = 0; i < 100; i++) { // two flows: one alone would first be dropped for its share
    const { verdict, tstamp } = datapath.shape(flow(i % 2), { at: START });
    assert(verdict === NEXT || verdict === DROP);
    if (verdict === DROP) continue;
    departure = Number(tstamp - START);
    passed++;
  }
  assert(departure > HORIZON - GAP && departure <= HORIZON + GAP, `${departure} ns`);
  const { heavy_drops, heavy_packets, light_packets } = datapath.stats();
  assertEquals(heavy_drops, 100 - passed);
  assertEquals(heavy_packets + light_packets, 100);
});

const capable = {
  IPv4: (ecn: number): Uint8Array<ArrayBuffer> => ethernet(ipv4({ ecn }, udp({}, 1400))),
  IPv6: (ecn: number): Uint8Array<ArrayBuffer> => ethernet(ipv6({ ecn }, udp({}, 1400))),
};
for (const [version, packet] of Object.entries(capable)) {
  const ecnOf = (data: Uint8Array): number =>
    version === "IPv4" ? (data[15] ?? 0) & 3 : (data[15] ?? 0) >> 4 & 3;

  Deno.test(`edt marks an ${version} packet that waits, before it drops any`, () => {
    for (const ecn of [1, 2]) {
      using datapath = edt();
      const outcomes = Array.from({ length: 100 }, () => datapath.shape(packet(ecn), { at: START }));
      const marked = outcomes.findIndex(({ data }) => ecnOf(data) === 3);
      const dropped = outcomes.findIndex(({ verdict }) => verdict === DROP);
      assert(marked > 0 && marked < dropped, `marked ${marked}, dropped ${dropped}`);
      assert(outcomes.slice(marked, dropped).every(({ data }) => ecnOf(data) === 3));
      assertEquals(datapath.stats().marks, dropped - marked);
      assertEquals(datapath.flows().map(({ marks }) => marks), [dropped - marked]);
      if (version === "IPv4") {
        for (const { data } of outcomes) assertEquals(checksum(data.subarray(14, 34)), 0);
      }
    }
  });

  Deno.test(`edt leaves an ${version} packet as it is that is not capable of ECN`, () => {
    using datapath = edt();
    for (let i = 0; i < 100; i++) assertEquals(datapath.shape(packet(0), { at: START }).data, packet(0));
    assertEquals(datapath.stats().marks, 0);
  });
}

for (const kind of ["light", "heavy"] as const) {
  Deno.test(`edt keeps the later departure that the stack asked for, on a ${kind} packet`, () => {
    using datapath = edt();
    if (kind === "heavy") datapath.shape(flow(1), { at: START, repeat: 12 });
    const own = datapath.shape(flow(1), { at: START }).tstamp;
    const ask = (tstamp: bigint): bigint => datapath.shape(flow(1), { at: START, tstamp }).tstamp;
    assertEquals(ask(own + 100n * MS), own + 100n * MS);
    assert(ask(START - MS) >= START, "an earlier departure is not taken over");
    assert(ask(START + 3600n * SECOND) < START + SECOND, "an absurd departure is not taken over");
    assertEquals(datapath.stats().heavy_packets > 0, kind === "heavy");
  });
}

Deno.test("edt makes a crowd of light flows wait, and drops what would wait half a second", () => {
  using datapath = edt(65_536); // so wide that under pressure none is taken for heavy by a collision
  let passed = 0, last = 0n;
  for (let number = 0; number < 800; number++) {
    const { verdict, tstamp } = datapath.shape(flow(number), { at: START });
    if (verdict === DROP) continue;
    passed += FULL_FRAME;
    if (tstamp > last) last = tstamp;
  }
  const { light_drops, heavy_packets } = datapath.stats();
  assert(light_drops > 0 && heavy_packets === 0);
  assert(last - START <= 502n * MS && last - START > 490n * MS, `${last - START} ns`);
  // 500 ms of queue and the burst of 40 ms, at 95 % of the limit, which is what light flows are given
  assertAlmostEquals(passed / (Number(RATE) / 8), 0.54 * 0.95, 0.01);
});

for (const pacer of ["edt", "htb"] as const) {
  Deno.test(`${pacer} drops first the heavy flow that takes more than its share, where the queue gives no turns`, () =>
    takesTurns(Datapath.clocked({ pacer, givesTurns: false, limit: { rate: RATE } })));
}

Deno.test("htb leaves it to a queue that gives turns", () => {
  using datapath = Datapath.clocked({ limit: { rate: RATE } });
  for (const at of steady(RATE * 4n, FULL_FRAME, SECOND)) {
    assertEquals(datapath.shape(flow(1), { at }).verdict, NEXT);
  }
});

function takesTurns(made: Datapath): void {
  using datapath = made;
  const span = 3n * SECOND, settled = START + 200n * MS; // until then the greedy flow had nobody to be fair to
  const modest = [...steady(RATE * 45n / 100n, FULL_FRAME, span)].map((at) => ({ at, number: 1 }));
  const greedy = [...steady(RATE * 2n, FULL_FRAME, span)].map((at) => ({ at, number: 2 }));
  const lost: Record<number, number> = { 1: 0, 2: 0 };
  let passed = 0;
  for (const { at, number } of [...modest, ...greedy].sort((a, b) => a.at < b.at ? -1 : 1)) {
    if (datapath.shape(flow(number), { at }).verdict === NEXT) passed += FULL_FRAME;
    else if (at > settled) lost[number]! += 1;
  }
  assertEquals(lost[1], 0, "the modest flow's packets");
  assert(lost[2]! > greedy.length / 2, `the greedy flow lost ${lost[2]} of ${greedy.length}`);
  assertAlmostEquals(passed / (Number(RATE) / 8 * 3), 1, 0.03);
}
