import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { formatAge, formatBytes, formatMeasured, formatPercent } from "./format.ts";

for (
  const [bytes, text] of [
    [0n, "0 B"],
    [999n, "999 B"],
    [1_000n, "1.0 kB"],
    [1_540n, "1.5 kB"],
    [9_949n, "9.9 kB"],
    [9_950n, "10 kB"],
    [999_499n, "999 kB"],
    [999_500n, "1.0 MB"],
    [12_000_000n, "12 MB"],
    [2n ** 64n - 1n, "18 EB"],
  ] as const
) {
  Deno.test(`formatBytes() writes ${bytes} as "${text}"`, () => assertEquals(formatBytes(bytes), text));
}

Deno.test("formatBytes() never writes more than three digits", () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 19n }), (bytes) => {
    assertMatch(formatBytes(bytes), /^([0-9]\.[0-9]|[0-9]{1,3}) [kMGTPE]?B$/);
  }));
});

Deno.test("formatPercent() rounds, and has no percentage of nothing", () => {
  assertEquals([[1n, 3n], [2n, 3n], [5n, 5n], [0n, 0n]].map(([a = 0n, b = 0n]) => formatPercent(a, b)), [
    "33%",
    "67%",
    "100%",
    "0%",
  ]);
});

Deno.test("formatMeasured() writes rates to three digits", () => {
  const rates = [0, -1, 999, 999.6, 1000, 9_876_543, 10_000_000, 99_949_999, 999_600_000, 1e20];
  assertEquals(rates.map(formatMeasured), [
    ..."0 0 999 1.00k 1.00k 9.88M 10.0M 99.9M 1.00G 100000P".split(" "),
  ]);
});

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000] as const;
for (
  const [ms, text] of [
    [-5, "0s"],
    [0, "0s"],
    [999, "0s"],
    [59 * SECOND, "59s"],
    [MINUTE, "1m0s"],
    [12 * MINUTE + 5 * SECOND, "12m5s"],
    [2 * HOUR + 59 * SECOND, "2h0m"],
    [3 * DAY + 4 * HOUR + 5 * MINUTE, "3d4h"],
    [400 * DAY, "400d0h"],
  ] as const
) {
  Deno.test(`formatAge() writes ${ms} ms as "${text}"`, () => assertEquals(formatAge(ms), text));
}
