import { assertEquals, assertStringIncludes } from "@std/assert";
import { KERNELS } from "../vm/kernels.ts";
import { renderDocs } from "./docs.ts";
import { MIXES, mixName } from "./plan.ts";
import type { CheckReport } from "./report.ts";

const PAGE = new URL("../../docs/kernels.md", import.meta.url);

/** What a page speaks of, without what it says: its headings, and its tables' heads and first columns. */
function structureOf(page: string): string[] {
  const cells = (line: string): string[] => line.split("|").slice(1, -1).map((cell) => cell.trim());
  return page.split("\n").flatMap((line, i, all) => {
    if (line.startsWith("#")) return [line];
    if (!line.startsWith("|") || /^[|\s-]+$/.test(line)) return [];
    const isHead = /^\|[\s-]+\|[|\s-]+$/.test(all[i + 1] ?? "");
    return [isHead ? cells(line).join(" | ") : cells(line)[0] ?? ""];
  });
}

Deno.test("docs/kernels.md speaks of every kernel, feature and row that is tested", async () => {
  assertEquals(structureOf(await Deno.readTextFile(PAGE)), structureOf(renderDocs(new Map())));
});

Deno.test("renderDocs() puts a run's figures into its kernel's column", () => {
  const direction = { rate: 1, percent: 99.96, worstSecondPercent: 101.5 };
  const row = (p99: number): Record<string, unknown> => ({
    ingress: direction,
    egress: direction,
    requests: { p99 },
  });
  const checks: CheckReport[] = MIXES.map((mix) => ({
    check: mixName(mix),
    error: null,
    data: row(mix.row === "alone" ? 0.35 : mix.row === "self-paced" ? 0.5 : 0.7),
    seconds: 1,
  }));
  const page = renderDocs(new Map([[KERNELS[0]!.name, checks]]));
  assertStringIncludes(page, "| 10M, natra with HTB: throughput | 100.0 / 100.0 % | – |");
  assertStringIncludes(page, "| 10M, natra with HTB: requests' p99 | 0.70 ms | – |");
  assertStringIncludes(page, "| 10M, natra with HTB: p99 ÷ self-paced | 1.40 × | – |");
  assertStringIncludes(page, "| 10M, natra with HTB: p99 ÷ alone | 2.00 × | – |");
});
