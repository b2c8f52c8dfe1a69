import { assertEquals } from "@std/assert";
import { resizeWanted } from "./resize.ts";

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
