import { assertAlmostEquals, assertEquals } from "@std/assert";
import { fillOf, resizeWanted, type SketchShape } from "./sketch.ts";

const WIDTH = 64;
const NOW = 5_000_000_000n;
/** 64 KiB a beat. */
const SHAPE: SketchShape = { width: WIDTH, depth: 2, leak: 65536n, threshold: 8192n, now: NOW };

/** A cell as the program writes it. @param age ns */
function cell(bytes: number, age = 0n): bigint {
  return ((NOW - age) >> 10n & (1n << 40n) - 1n) << 24n | BigInt(bytes / 16);
}

/** Rows of cells: those given, the rest empty. */
function rows(...given: readonly bigint[][]): BigUint64Array {
  const cells = new BigUint64Array(WIDTH * given.length);
  given.forEach((row, index) => cells.set(row, index * WIDTH));
  return cells;
}

Deno.test("fillOf() of an empty sketch: nothing is used, nothing can be mistaken", () => {
  assertEquals(fillOf(rows([], []), SHAPE), {
    width: WIDTH,
    depth: 2,
    used: 0,
    shared: 0,
    mistaken: 0,
    backlog: 0,
    threshold: 8192,
    leak: 65536 * 8 * 1e9 / 2 ** 30,
  });
});

Deno.test("fillOf() multiplies what each row has, because a flow's estimate is its least cell", () => {
  const small = cell(4096), large = cell(16384);
  const fill = fillOf(rows(new Array<bigint>(16).fill(small), [small, large, large, large]), SHAPE);
  assertEquals(fill.used, 20 / 128);
  assertEquals(fill.shared, 16 / 64 * (4 / 64));
  assertEquals(fill.mistaken, 0); // the first row has none above the threshold
  assertEquals(fill.backlog, (16 * 4096 + 4096 + 3 * 16384) / 2);
});

Deno.test("fillOf() takes off what leaked since, and counts what is empty by now as empty", () => {
  const half = 1n << 29n; // of a beat: 32 KiB
  const row = [cell(40960, half), cell(16384, half)];
  const fill = fillOf(rows(row, row), SHAPE);
  assertEquals([fill.used, fill.mistaken], [2 / 128, 0]);
  assertAlmostEquals(fill.backlog, 8192, 16);
});

Deno.test("fillOf() reads a cell of before the clock's wrap, and one of long ago, as empty", () => {
  const row = [cell(40960, NOW), (1n << 63n) | 5n];
  assertEquals(fillOf(rows(row, row), SHAPE).used, 0);
});

const MOST = 65_536;

Deno.test("resizeWanted() doubles a sketch that takes one small flow in a thousand for heavy", () => {
  assertEquals(resizeWanted({ width: 1024, depth: 4, mistaken: 0.0011 }, MOST), 2048);
  assertEquals(resizeWanted({ width: 64, depth: 8, mistaken: 1 }, MOST), 128);
});

Deno.test("resizeWanted() leaves a sketch alone that is wide enough, however full it is of small flows", () => {
  assertEquals(resizeWanted({ width: 1024, depth: 4, mistaken: 0.001 }, MOST), null);
  assertEquals(resizeWanted({ width: 1024, depth: 4, mistaken: 0 }, MOST), null);
});

Deno.test("resizeWanted() stays within what a sketch may take", () => {
  assertEquals(resizeWanted({ width: 2048, depth: 4, mistaken: 1 }, MOST), null);
  assertEquals(resizeWanted({ width: 2048, depth: 4, mistaken: 1 }, 2 * MOST), 4096);
  assertEquals(resizeWanted({ width: 65_536, depth: 1, mistaken: 1 }, Infinity), null);
});
