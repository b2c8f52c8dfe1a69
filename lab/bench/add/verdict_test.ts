import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { CaseId } from "./cases.ts";
import { type Cost, splitReport } from "./cost.ts";
import { judgeAdd, summarizeAll } from "./verdict.ts";

const costs = (...walls: readonly number[]): Cost[] =>
  walls.map((wall) => ({ wall, user: wall / 2, system: wall / 4, peak: 1024 }));
const map = { name: "sketch", type: "array", bytes: 64 * 1024 };

const result = (clsact: number, tcx: number, bytes = map.bytes): Parameters<typeof judgeAdd>[0] => ({
  costs: new Map<CaseId, readonly Cost[]>([
    ["empty", costs(40, 50, 60)],
    ["noLimit", costs(42, 55, 60)],
    ["clsact", costs(clsact, clsact * 1.25, clsact * 1.5)],
    ["tcx", costs(tcx, tcx * 1.25, tcx * 1.5)],
  ]),
  attaching: [20, 30, 40],
  maps: { ingress: [map], egress: [{ ...map, bytes }] },
});
const met = (given: Parameters<typeof judgeAdd>[0]): boolean[] => judgeAdd(given).map((check) => check.met);

Deno.test("summarizeAll() compares each round with the empty program's of the same round", () => {
  const all = summarizeAll(result(50, 60));
  assertAlmostEquals(all.get("noLimit")!.ratio.median, 1.05, 1e-9);
  assertEquals(all.get("clsact")!.ratio.median, 1.25);
  assertEquals(all.get("clsact")!.cpu.min, 37.5);
});

Deno.test("judgeAdd() holds each figure against its goal", () => {
  assertEquals(met(result(50, 74)), [true, true, true, true, true]);
  assertEquals(met(result(50.5, 74)), [true, false, true, true, true]);
  assertEquals(met(result(50, 74.5)), [true, true, false, true, true]);
  assertEquals(met(result(50, 74, map.bytes + 1)), [true, true, true, true, false]);
});

Deno.test("splitReport() tells a program's answer from the figures behind it", () => {
  const figures = { wall: 1, user: 2, system: 3, peak: 4, code: 0 };
  const line = JSON.stringify(figures);
  assertEquals(splitReport(`{"cniVersion":"1.0.0"}\n\n${line}\n`), {
    ...{ answer: '{"cniVersion":"1.0.0"}\n\n', figures },
  });
  assertEquals(splitReport(`{\n  "dns": {}\n}\n${line}\n`).figures, figures);
  for (const broken of ["", "no JSON", '{"cniVersion":"1.0.0"}\n']) {
    assertEquals(splitReport(broken).figures, null, broken);
  }
});
