import { assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { gsoLimit } from "./gso.ts";

for (
  const [rate, bytes] of [[1_000_000n, 8192], [20_000_000n, 12_500], [104_000_000n, 65_000], [
    10n ** 15n,
    65536,
  ]] as const
) {
  Deno.test(`gsoLimit() of ${rate} bit/s is ${bytes} bytes`, () => assertEquals(gsoLimit({ rate }), bytes));
}

Deno.test("gsoLimit() stays within its bounds, and never falls as the rate rises", () => {
  const rate = fc.bigInt({ min: 1000n, max: 10n ** 15n });
  fc.assert(fc.property(rate, rate, (a, b) => {
    const [low, high] = a < b ? [a, b] : [b, a];
    assertLessOrEqual(gsoLimit({ rate: low }), gsoLimit({ rate: high }));
    assertGreaterOrEqual(gsoLimit({ rate: low }), 8192);
    assertLessOrEqual(gsoLimit({ rate: high }), 65536);
  }));
});
