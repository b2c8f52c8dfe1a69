import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Summary } from "../../tests/rig/stats.ts";
import { demoRows } from "./rows.ts";
import type { RowSummary } from "./summary.ts";
import { judge, milliseconds, number } from "./verdict.ts";

const rows = demoRows(10e6);
const always = (value: number): Summary => ({ median: value, min: value, max: value });

function row(percent: number, worst: number, p99: number, bad = 0): RowSummary {
  const direction = {
    rate: always(percent * 1e5),
    percent: always(percent),
    worstSecondPercent: always(worst),
  };
  const latency = { p50: always(p99 / 2), p99: always(p99), max: always(p99 * 2) };
  return {
    row: rows.natra,
    skipped: null,
    ingress: direction,
    egress: direction,
    ...latency,
    requests: 500,
    bad,
  };
}

const base = row(25, 30, 2);
const peer = row(99.9, 101, 400);

Deno.test("judge() is content exactly on the promise's edges", () => {
  assertEquals(judge(10e6, base, row(98, 105, 3), peer).missed, []);
  assertEquals(judge(10e6, base, row(101, 105, 3), peer).met, true);
});

Deno.test("judge() names each miss", () => {
  const { met, missed } = judge(10e6, base, row(97.9, 105.1, 3.1, 2), peer);
  assertEquals(met, false);
  assertEquals(missed.length, 6);
  for (const part of ["97.9 %", "105.1 %", "1.55 ×", "2 of 500"]) {
    assertStringIncludes(missed.join("\n"), part);
  }
});

Deno.test("judge() takes a pod that was not limited for a miss", () => {
  assertEquals(judge(10e6, base, row(238_123, 253_225, 2), peer).met, false);
});

Deno.test("judge() does not take NaN for a promise kept", () => {
  assertEquals(judge(10e6, base, row(NaN, NaN, 2), peer).missed.length, 4);
});

Deno.test("judge() compares with the peer, or says why not", () => {
  assertStringIncludes(judge(10e6, base, row(99, 100, 2), peer).sentence, "200.0 × as long (400 ms)");
  const missing = { row: rows.bandwidth, skipped: "no Go" };
  assertStringIncludes(judge(10e6, base, row(99, 100, 2), missing).sentence, "was not measured: no Go");
});

Deno.test("number() keeps the digits that matter", () => {
  assertEquals([0.4567, 9.994, 9.996, 99.84, 999.6, 238_123.4].map(number), [
    "0.46",
    "9.99",
    "10.0",
    "99.8",
    "1000",
    "238123",
  ]);
});

Deno.test("milliseconds() drops decimals that nobody reads", () => {
  assertEquals([0.4567, 9.996, 99.94, 99.96, 1116.4].map(milliseconds), [
    "0.46",
    "10.0",
    "99.9",
    "100",
    "1116",
  ]);
});
