import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { drawChart } from "./chart.ts";
import { chartOf, Runs, runsByKind, writePages } from "./page.ts";
import { report, result } from "./testing.ts";

const runs = new Runs(false, [report]);

Deno.test("runsByKind() puts together what several runs measured on one kind of machine, by cap and mix", () => {
  const later = {
    ...report,
    command: "deno task bench --json y",
    results: [result(3, 1e6, true), result(1, 1e9, true)],
  };
  const virtual = { ...report, machine: { ...report.machine, virtual: true } };
  const all = runsByKind([later, virtual, report]);
  assertEquals(all.map(({ virtual }) => virtual), [false, true]);
  assertEquals(all[0]?.rates, [1e6, 10e6, 100e6, 1e9]);
  assertEquals(all[0]?.results(10e6).map(({ mix }) => mix), [1, 2]);
  assertEquals(all[0]?.of(1e9).map(({ command }) => command), ["deno task bench --json y"]);
});

Deno.test("writePages() sums up on one page, and shows every row, the command and a missed goal in bold on each cap's", () => {
  const pages = writePages([runs], null);
  assertEquals([...pages.keys()], ["performance.md", "performance-10M.md", "performance-100M.md"]);
  const summing = pages.get("performance.md") ?? "", cap = pages.get("performance-10M.md") ?? "";
  assertStringIncludes(summing, "**2 of 3 goals met.**");
  assertStringIncludes(summing, "1 of 2 goals met: [all figures and goals](performance-10M.md).");
  assertStringIncludes(
    summing,
    "| 2: UDP < TCP & more | 100 and 100 | 101 | 1.00 | 2.00 | **0 of 1** |",
  );
  assertStringIncludes(cap, "deno task bench --json x");
  assertStringIncludes(cap, "**p99 against no limit 2.00 × (≤ 1.5)**");
  assertEquals(cap.match(/^\| natra \|/gm)?.length, 2);
});

Deno.test("drawChart() draws each bar in proportion, and escapes names", () => {
  const chart = chartOf(runs, 10e6);
  const svg = drawChart({ ...chart, groups: [{ name: "a", bars: [1, 10, 100].map(bar) }] });
  const widths = [...svg.matchAll(/<rect x="250" y="[0-9]+" width="([0-9.]+)" height="9"/g)].map((match) =>
    Number(match[1])
  );
  assertEquals(widths.length, 3);
  assert(Math.abs(widths[2]! - 2 * widths[1]!) < 0.2, `${widths}`);
  assertStringIncludes(drawChart(chart), "UDP &lt; TCP &amp; more");
});

function bar(value: number): { series: number; value: number; label: string } {
  return { series: 0, value, label: `${value}` };
}
