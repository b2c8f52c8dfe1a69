import { assertEquals } from "@std/assert";
import type { Case } from "./junit.ts";
import { formatSpan, skipLines, slowest, summarize } from "./say.ts";

const make = (suite: string, name: string, outcome: Case["outcome"], seconds = 0): Case => ({
  ...{ suite, name, outcome, seconds },
});

Deno.test("formatSpan() writes seconds, and minutes from one on", () => {
  assertEquals([400, 59_400, 60_000, 125_000].map(formatSpan), ["0 s", "59 s", "1 min 0 s", "2 min 5 s"]);
});

Deno.test("summarize() ends with the totals, behind what was skipped, why, and what failed", () => {
  const lines = summarize([
    make("a", "one", "passed"),
    make("a", "two", "failed"),
    make("b", "three [skipped: no go]", "skipped"),
    make("b", "four", "skipped"),
  ], ["vm: Skipping: no mirror"]);
  assertEquals(lines, [
    "skipped, no go:",
    "  b: three [skipped: no go]",
    "skipped, as the log says:",
    "  b: four",
    "  why: vm: Skipping: no mirror",
    "failed:",
    "  a: two",
    "1 passed, 1 failed, 2 skipped",
  ]);
});

Deno.test("summarize() of a run without a flaw is its totals", () => {
  assertEquals(summarize([make("a", "one", "passed")], []), ["1 passed, 0 failed"]);
});

Deno.test("skipLines() finds each reason once", () => {
  const output =
    "ok\nvm: Skipping the tests: no mirror\nfine ... ok\nvm: Skipping the tests: no mirror\nskipping x\n";
  assertEquals(skipLines(output), ["vm: Skipping the tests: no mirror", "skipping x"]);
});

Deno.test("slowest() shows the ten slowest tests, and no steps of theirs", () => {
  const cases = Array.from({ length: 12 }, (_, i) => make("a", `test ${i}`, "passed", i * 10));
  const lines = slowest([...cases, make("a", "test 11 > a step", "passed", 110)]);
  assertEquals(lines.length, 11);
  assertEquals(lines[1], "    1 min 50 s  a: test 11");
  assertEquals(lines.at(-1), "          20 s  a: test 2");
  assertEquals(slowest([make("a", "quick", "passed")]), []);
});
