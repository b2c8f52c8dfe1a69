import { assertEquals, assertThrows } from "@std/assert";
import { percentile, summarize } from "./stats.ts";

Deno.test("percentile() takes the nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  assertEquals([0, 0.01, 0.5, 0.99, 1].map((share) => percentile(hundred, share)), [1, 1, 50, 99, 100]);
  assertEquals(percentile([7], 0.99), 7);
});

Deno.test("percentile() refuses no values and shares outside 0 to 1", () => {
  assertThrows(() => percentile([], 0.5), RangeError, "no values");
  assertThrows(() => percentile([1], 99), RangeError, '"99"');
  assertThrows(() => percentile([1], NaN), RangeError, '"NaN"');
});

Deno.test("summarize() sorts by value, not as text", () => {
  assertEquals(summarize([9, 100, 10]), { median: 10, min: 9, max: 100 });
});

Deno.test("summarize() takes the mean of the middle two of an even number", () => {
  assertEquals(summarize([4, 1, 2, 3]).median, 2.5);
});

Deno.test("summarize() refuses no rounds", () => {
  assertThrows(() => summarize([]), RangeError, "no rounds");
});
