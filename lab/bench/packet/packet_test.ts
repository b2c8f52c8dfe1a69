import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type Case, CASES, GROUPS } from "./cases.ts";
import { measure, measureClock, type Result } from "./measure.ts";
import { drawTable, medianAbove } from "./table.ts";

const EFFORT = { repeat: 10_000, rounds: 1 };
const summary = (median: number): { median: number; min: number; max: number } => ({
  median,
  min: median - 1,
  max: median + 1,
});

Deno.test("measure() finds every row's packets to be of the row's kind", () => {
  const rounds: number[] = [];
  const results = measure(CASES, EFFORT, (round) => rounds.push(round));
  assertEquals(results.map((result) => result.case.name), CASES.map(({ name }) => name));
  assertEquals(rounds, [1]);
  for (const { empty } of results) assert(empty.median > 0);
});

Deno.test("measure() refuses a row whose packets are of another kind", () => {
  const [light] = CASES.filter(({ counted }) => counted === "light_packets");
  assert(light !== undefined);
  const wrong = { ...light, name: "wrong", counted: "heavy_packets" } as const;
  assertThrows(() => measure([wrong], EFFORT, () => {}), Error, `Cannot measure "wrong": heavy_packets is 0`);
});

Deno.test("measureClock() finds that reading the clock is not free", () => {
  assert(measureClock({ repeat: 100_000, rounds: 3 }).median > 0);
});

Deno.test("medianAbove() leaves out the rows that are not of the group", () => {
  const result = (median: number, group: Case["group"]): Result => ({
    case: { ...CASES[0]!, group },
    empty: summary(10),
    above: summary(median),
  });
  const [group, other] = GROUPS;
  const results = [50, 70, 90].map((median) => result(median, group));
  results.push(result(1, other), result(1000, null));
  assertEquals(medianAbove(results, group), 70);
  assertStringIncludes(drawTable(results), "999 – 1001");
});
