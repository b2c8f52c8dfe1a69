import { assertEquals } from "@std/assert";
import { formatSpan, skipLines, summarize } from "./say.ts";

Deno.test("formatSpan() writes seconds, and minutes from one on", () => {
  assertEquals([400, 59_400, 60_000, 125_000].map(formatSpan), ["0 s", "59 s", "1 min 0 s", "2 min 5 s"]);
});

Deno.test("summarize() ends with the totals, behind what was skipped, why, and what failed", () => {
  const lines = summarize([
    { suite: "a", name: "one", outcome: "passed" },
    { suite: "a", name: "two", outcome: "failed" },
    { suite: "b", name: "three [skipped: no go]", outcome: "skipped" },
    { suite: "b", name: "four", outcome: "skipped" },
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
  assertEquals(summarize([{ suite: "a", name: "one", outcome: "passed" }], []), ["1 passed, 0 failed"]);
});

Deno.test("skipLines() finds each reason once", () => {
  const output =
    "ok\nvm: Skipping the tests: no mirror\nfine ... ok\nvm: Skipping the tests: no mirror\nskipping x\n";
  assertEquals(skipLines(output), ["vm: Skipping the tests: no mirror", "skipping x"]);
});
