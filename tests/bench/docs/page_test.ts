import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Report } from "../mix/report.ts";
import { drawChart } from "./chart.ts";
import { chartOf, ratesOf, writePage } from "./page.ts";

const same = (value: number): { median: number; min: number; max: number } => ({
  ...{ median: value, min: value, max: value },
});
const figures = (p99: number): Report["results"][number]["rows"][number]["figures"] => ({
  ingress: { percent: same(100), worstSecondPercent: same(101) },
  egress: { percent: same(100), worstSecondPercent: same(101) },
  ...{ p50: same(1), p99: same(p99), lateP99: same(1), max: same(2), perSecond: same(40), tcpShare: null },
  ...{ samples: 1000, bad: 0, maxStartDelay: 0, silentElephants: 0 },
});
const result = (mix: number, rate: number, met: boolean): Report["results"][number] => ({
  ...{ mix, name: "UDP < TCP & more", rate, rounds: 3, seconds: 10 },
  rows: [
    { id: "none", name: "no limit", figures: figures(1), rounds: [] },
    { id: "natra", name: "natra", figures: figures(2), rounds: [] },
  ],
  checks: [{ goal: "p99 against no limit", value: 2, unit: "×", limit: "≤ 1.5", met }],
});
const report: Report = {
  ...{ bench: "mixes", command: "deno task bench --json x", congestionControl: "cubic", warmupSeconds: 3 },
  machine: { kernel: "6.18", arch: "x86_64", cpus: 2, processor: "some", load: 0, virtual: false },
  results: [result(1, 10e6, true), result(2, 10e6, false), result(1, 100e6, true)],
};

Deno.test("writePage() shows every row, the command, and a missed goal in bold", () => {
  const page = writePage([report], null);
  assertStringIncludes(page, "deno task bench --json x");
  assertStringIncludes(page, "**2 of 3 goals met.**");
  assertStringIncludes(page, "**p99 against no limit 2.00 × (≤ 1.5)**");
  assertEquals(page.match(/^\| natra \|/gm)?.length, 3);
});

Deno.test("drawChart() draws each bar in proportion, and escapes names", () => {
  assertEquals(ratesOf(report), [10e6, 100e6]);
  const chart = chartOf(report, 10e6);
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
