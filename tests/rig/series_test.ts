import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { averageRate, cutWindow, worstSecond } from "./series.ts";

Deno.test("cutWindow() wraps around the ring", () => {
  const ring = BigUint64Array.from([10n, 11n, 12n, 13n]);
  assertEquals(cutWindow(ring, 4 * 7 + 3, 4 * 7 + 6), [13, 10, 11]);
});

Deno.test("cutWindow() refuses an empty window and one longer than the ring", () => {
  assertThrows(() => cutWindow(new BigUint64Array(4), 8, 8), RangeError, "empty");
  assertThrows(() => cutWindow(new BigUint64Array(4), 8, 13), RangeError, "do not fit");
});

Deno.test("averageRate() gives bits per second", () => {
  assertAlmostEquals(averageRate(Array<number>(250).fill(12_500)), 10_000_000, 1e-6);
});

Deno.test("worstSecond() finds a burst that straddles two full seconds", () => {
  const series = Array<number>(300).fill(0);
  series.fill(1000, 70, 130);
  assertEquals(worstSecond(series), 60 * 1000 * 8);
});

Deno.test("worstSecond() finds a burst at either end", () => {
  assertEquals(worstSecond([500, ...Array<number>(200).fill(0)]), 4000);
  assertEquals(worstSecond([...Array<number>(200).fill(0), 500]), 4000);
});

Deno.test("worstSecond() refuses less than a second", () => {
  assertThrows(() => worstSecond(Array<number>(99).fill(1)), RangeError, "less than a second");
});
