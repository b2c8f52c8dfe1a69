import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Summary } from "../../tests/rig/stats.ts";
import { demoRows, type Row } from "./rows.ts";
import type { RowSummary } from "./summary.ts";
import { drawTable } from "./table.ts";

const { base, natra, bandwidth } = demoRows(10e6);

function summary(row: Row, percent: Summary, p99: Summary): RowSummary {
  const direction = { rate: { median: 23.8e9, min: 23e9, max: 24e9 }, percent, worstSecondPercent: percent };
  return {
    row,
    skipped: null,
    ingress: direction,
    egress: direction,
    p50: p99,
    p99,
    max: p99,
    requests: 500,
    bad: 3,
  };
}

const ms = (median: number): Summary => ({ median, min: median / 2, max: median * 2 });
const baseSummary = summary(base, { median: 25, min: 24, max: 26 }, ms(2));

Deno.test("drawTable() shows rates without a limit, and percentages with their spread under one", () => {
  const text = drawTable(
    [baseSummary, summary(natra, { median: 99.84, min: 98, max: 103.21 }, ms(3))],
    baseSummary,
  );
  for (const part of ["23.8", "Gbit/s", "99.8 %", "98.0–103.2", "1.50–6.00"]) {
    assertStringIncludes(text, part);
  }
  assertMatch(text, /natra 10M[^\n]*│ 1\.50 +│ 3 +│\n/);
});

Deno.test("drawTable() says why a row was skipped", () => {
  const text = drawTable([baseSummary, { row: bandwidth, skipped: "no Go" }], baseSummary);
  assertMatch(text, /bandwidth plugin 10M[^\n]*│ skipped: no Go/);
});

Deno.test("drawTable() fits in 115 columns, without colours", () => {
  const wide = { median: 1234, min: 1111, max: 2345 };
  const text = drawTable(
    [baseSummary, summary(natra, { median: 100, min: 100, max: 100 }, wide)],
    baseSummary,
  );
  assertEquals(text.split("\n").filter((line) => line.length > 115), []);
  assertEquals(text.includes("\x1b"), false);
});
