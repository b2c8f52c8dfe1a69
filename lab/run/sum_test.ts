import { assertEquals } from "@std/assert";
import type { Case } from "./junit.ts";
import { distinct, formatTotals, sum } from "./sum.ts";

const make = (suite: string, name: string, outcome: Case["outcome"]): Case => ({
  suite,
  name,
  outcome,
  seconds: 1,
});

Deno.test("sum() counts each outcome", () => {
  const cases = [
    make("a", "1", "passed"),
    make("a", "2", "failed"),
    make("b", "1", "passed"),
    make("b", "2", "skipped"),
  ];
  assertEquals(sum(cases), { passed: 2, failed: 1, skipped: 1 });
  assertEquals(sum([]), { passed: 0, failed: 0, skipped: 0 });
});

for (
  const [one, other, counted] of [
    ["passed", "failed", "failed"],
    ["failed", "passed", "failed"],
    ["skipped", "passed", "passed"],
    ["skipped", "failed", "failed"],
    ["skipped", "skipped", "skipped"],
  ] as const
) {
  Deno.test(`sum() counts a test that was ${one} and then ${other} once, as ${counted}`, () => {
    const cases = [make("a", "1", one), make("a", "1", other)];
    assertEquals(sum(cases), { passed: 0, failed: 0, skipped: 0, [counted]: 1 });
    assertEquals(distinct(cases), [make("a", "1", counted)]);
  });
}

Deno.test("distinct() keeps apart what only looks alike when written in a row", () => {
  assertEquals(distinct([make("a b", "c", "passed"), make("a", "b c", "passed")]).length, 2);
});

Deno.test("formatTotals() names skipped tests only where there are some", () => {
  assertEquals(formatTotals({ passed: 12, failed: 0, skipped: 0 }), "12 passed, 0 failed");
  assertEquals(formatTotals({ passed: 1, failed: 2, skipped: 3 }), "1 passed, 2 failed, 3 skipped");
});
