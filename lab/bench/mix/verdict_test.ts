import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import type { Summary } from "../../../tests/rig/stats.ts";
import type { ContenderId } from "./contenders.ts";
import { MIXES } from "./mixes.ts";
import { drawPicture } from "./picture.ts";
import { judge, type MixResult, type Row, type Run } from "./run_mix.ts";
import { drawTable } from "./table.ts";
import { verdictOn } from "./verdict.ts";

const always = (value: number): Summary => ({ median: value, min: value, max: value });
const RUN: Run = { mix: MIXES[0]!, rate: 10e6, rounds: 3, seconds: 12 };

function row(id: ContenderId, percent: number, worst: number, p99: number, bad = 0): Row {
  const direction = { percent: always(percent), worstSecondPercent: always(worst) };
  return {
    ...{ id, name: `row of ${id}`, rounds: [] },
    figures: {
      ...{
        ingress: direction,
        egress: direction,
        p50: always(p99 / 2),
        p99: always(p99),
        max: always(p99 * 2),
      },
      ...{ lateP99: always(p99), perSecond: always(37), tcpShare: null, samples: 500, bad, errors: {} },
      ...{ maxStartDelay: 0.1, silentElephants: 0 },
    },
  };
}

function result(...rows: readonly Row[]): MixResult {
  return { run: RUN, rows, checks: judge(RUN, rows) };
}

const missed = (natra: Row): string[] =>
  result(row("none", 25, 30, 2), natra).checks.filter(({ met }) => !met).map(({ goal }) => goal);

Deno.test("mix 1 holds natra to its promise, its edges included", () => {
  assertEquals(missed(row("natra", 98, 105, 3)), []);
  assertEquals(missed(row("natra", 101, 105, 3)), []);
});

Deno.test("mix 1 names each miss, and takes NaN for one", () => {
  const goals = [
    "aggregate to the pod",
    "aggregate from the pod",
    "busiest second to the pod",
    "busiest second from the pod",
    "p99 against no limit",
    "failed requests",
  ];
  assertEquals(missed(row("natra", 97.9, 105.1, 3.1, 2)), goals);
  assertEquals(missed(row("natra", 238_123, 253_225, 2)), goals.slice(0, 4));
  assertEquals(missed(row("natra", NaN, NaN, NaN, 2)), goals);
});

Deno.test("verdictOn() compares with the bandwidth plugin, or says why not", () => {
  const both = [row("none", 25, 30, 2), row("natra", 99.84, 100, 2)];
  const compared = verdictOn(result(...both, row("bandwidth", 99.9, 101, 400)), []);
  assertMatch(compared, /got 99\.8 % and sent 99\.8 % of its 10 Mbit\/s, 100 % in its busiest second/);
  assertStringIncludes(compared, "200 × as long (400 ms).");
  assertStringIncludes(verdictOn(result(...both), ["no Go"]), "was not measured: no Go.");
  assertThrows(() => verdictOn(result(row("none", 25, 30, 2)), []), RangeError);
});

Deno.test("drawTable() shows rates without a limit, percentages with one, and fits in 115 columns", () => {
  const wide = { median: 1234, min: 1111, max: 2345 };
  const natra = row("natra", 99.84, 103.21, 3);
  const rows = [row("none", 238_123, 0, 2), {
    ...natra,
    figures: { ...natra.figures, p50: wide, max: wide },
  }];
  const text = drawTable(result(...rows));
  for (const part of ["23.8", "Gbit/s", "99.8", "103", "1.50"]) assertStringIncludes(text, part);
  assertEquals(text.split("\n").filter((line) => line.length > 115), []);
  assertEquals(text.includes("\x1b") || text.includes("share"), false);
});

Deno.test("drawPicture() has two bars of throughput and one of latency for each row", () => {
  const lines = drawPicture([row("none", 100, 100, 0.1), row("natra", 50, 100, 100)]).split("\n");
  assertEquals(lines.filter((line) => line.includes("│") || line.includes("╂")).length, 4);
  assertEquals(lines.at(-1)?.match(/█+/)?.[0].length, 40);
});
