import { assertEquals } from "@std/assert";
import type { Check } from "../check.ts";
import type { RowFigures } from "./figures.ts";
import {
  aggregate,
  atMost,
  type Goal,
  lateP99Ratio,
  maxRatio,
  noSlowerThanPeer,
  p99AboveSize,
  p99Ratio,
  type Rows,
  tcpShare,
  wholeRunP99,
  worstSecond,
} from "./goals.ts";

const same = (value: number): { median: number; min: number; max: number } => ({
  ...{ median: value, min: value, max: value },
});
const figures = (changes: Partial<RowFigures> = {}): RowFigures => ({
  ingress: { percent: same(100), worstSecondPercent: same(101) },
  egress: { percent: same(99), worstSecondPercent: same(102) },
  ...{ p50: same(0.5), p99: same(1), lateP99: same(1), max: same(2), perSecond: same(40), tcpShare: null },
  ...{ samples: 1000, bad: 0, errors: {}, maxStartDelay: 0, silentElephants: 0 },
  ...changes,
});
const rows = (natra: Partial<RowFigures>, peer: Partial<RowFigures> | null = {}): Rows => ({
  ...{ rate: 10e6, base: figures(), natra: figures(natra) },
  peer: peer && figures(peer),
});
const met = (goal: Goal, natra: Partial<RowFigures>): boolean[] =>
  goal(rows(natra)).map((check: Check) => check.met);

Deno.test("aggregate() and worstSecond() judge each direction", () => {
  assertEquals(met(aggregate(98, 101), {}), [true, true]);
  const ingress = { percent: same(97.9), worstSecondPercent: same(106) };
  assertEquals(met(aggregate(98, 101), { ingress }), [false, true]);
  assertEquals(met(worstSecond(105), { egress: ingress }), [true, false]);
  assertEquals(met(atMost(101), { egress: { ...ingress, percent: same(101.1) } }), [true, false]);
});

Deno.test("p99Ratio() compares with no limit, and counts a failed request as a miss", () => {
  assertEquals(met(p99Ratio(1.5), { p99: same(1.5) }), [true, true]);
  assertEquals(met(p99Ratio(1.5), { p99: same(1.51) }), [false, true]);
  assertEquals(met(p99Ratio(1.5), { bad: 1 }), [true, false]);
});

Deno.test("lateP99Ratio() leaves the first second to wholeRunP99(), which is for one cap only", () => {
  const early = { p99: same(30), lateP99: same(1) };
  assertEquals(met(lateP99Ratio(2), early), [true, true]);
  assertEquals(met(wholeRunP99(20, 10e6), early), [false]);
  assertEquals(met(wholeRunP99(20, 100e6), early), []);
});

Deno.test("p99AboveSize() allows the time that the request's bytes take at the cap", () => {
  // 12,500 bytes take 10 ms at 10M: (1 + 10) × 1.5 = 16.5
  assertEquals(met(p99AboveSize(1.5, 12500), { p99: same(16.4) }), [true, true]);
  assertEquals(met(p99AboveSize(1.5, 12500), { p99: same(16.6) }), [false, true]);
});

Deno.test("noSlowerThanPeer() needs a peer", () => {
  const goal = noSlowerThanPeer(0.25);
  assertEquals(goal(rows({}, null)), []);
  assertEquals(goal(rows({}, { p99: same(4), perSecond: same(40) })).map((check) => check.met), [
    true,
    true,
    true,
  ]);
  assertEquals(goal(rows({}, { p99: same(3.9), perSecond: same(41) })).map((check) => check.met), [
    false,
    false,
    true,
  ]);
});

Deno.test("tcpShare() and maxRatio() miss what is no number", () => {
  assertEquals(met(tcpShare(45), { tcpShare: same(45) }), [true]);
  assertEquals(met(tcpShare(45), { tcpShare: null }), [false]);
  assertEquals(met(maxRatio(10), { max: same(20.1) }), [false]);
  assertEquals(met(maxRatio(10), { max: same(NaN) }), [false]);
});
