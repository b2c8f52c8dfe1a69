import { assert, assertEquals, assertThrows } from "@std/assert";
import { percentile, percentileBounds, summarize } from "./stats.ts";

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

Deno.test("percentileBounds() are the ranks that tables of order statistics give", () => {
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => count - i);
  assertEquals(percentileBounds(upTo(10), 0.5), { low: 2, high: 9 });
  assertEquals(percentileBounds(upTo(100), 0.5), { low: 40, high: 61 });
  assertEquals(percentileBounds(upTo(425), 0.99), { low: 416, high: 425 });
});

Deno.test("percentileBounds() of too few values are endless", () => {
  assertEquals(percentileBounds([], 0.5), { low: -Infinity, high: Infinity });
  assertEquals(percentileBounds([3, 1, 2], 0.5), { low: -Infinity, high: Infinity });
  assertEquals(percentileBounds([3, 1, 2], 0.99), { low: 2, high: Infinity });
});

Deno.test("percentileBounds() miss the true percentile about as often as they say", () => {
  let seed = 1, missed = 0;
  const random = (): number => (seed = seed * 48271 % 2147483647) / 2147483647;
  for (let round = 0; round < 2000; round++) {
    const { low, high } = percentileBounds(Array.from({ length: 500 }, random), 0.99);
    if (low > 0.99 || high < 0.99) missed++;
  }
  assert(missed > 20 && missed < 100, `${missed} of 2000`);
});

Deno.test("percentileBounds() refuses shares that are not between 0 and 1", () => {
  for (const share of [0, 1, 99, NaN]) {
    assertThrows(() => percentileBounds([1], share), RangeError, `"${share}"`);
  }
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
