import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CASES } from "./cases.ts";
import { measure, measureClock } from "./measure.ts";
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
  const [light] = CASES;
  assert(light !== undefined);
  const wrong = { ...light, name: "wrong", counted: "heavy_packets" } as const;
  assertThrows(() => measure([wrong], EFFORT, () => {}), Error, `Cannot measure "wrong": heavy_packets is 0`);
});

Deno.test("measureClock() finds that reading the clock is not free", () => {
  assert(measureClock({ repeat: 100_000, rounds: 3 }).median > 0);
});

Deno.test("medianAbove() leaves out the rows that are not usual", () => {
  const result = (median: number, usual: boolean): Parameters<typeof medianAbove>[0][number] => ({
    case: { ...CASES[0]!, usual },
    empty: summary(10),
    above: summary(median),
  });
  const results = [result(50, true), result(70, true), result(90, true), result(1000, false)];
  assertEquals(medianAbove(results), 70);
  assertStringIncludes(drawTable(results), "999 – 1001");
});
