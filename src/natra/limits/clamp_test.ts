import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Warning } from "../../base/log/warning.ts";
import { clampRate, decideBurst, decideSketch, decideThreshold } from "./clamp.ts";
import { LIMIT_FIELDS } from "./fields.ts";
import type { Setting } from "./request.ts";

const MIN_BURST = LIMIT_FIELDS.burst.min;

function asked(value: bigint): Setting<bigint> {
  return { value, key: "k", given: String(value) };
}

/** Runs a decision and returns its answer with what each warning says is used. */
function decide<T>(decision: (warn: (warning: Warning) => void) => T): [T, string[]] {
  const used: string[] = [];
  return [decision((warning) => used.push(warning.used)), used];
}

Deno.test("clampRate() holds rates between 1k and 1P, zero included", () => {
  assertEquals(decide((warn) => clampRate(asked(1_000n), warn)), [1_000n, []]);
  assertEquals(decide((warn) => clampRate(asked(10n ** 15n), warn)), [10n ** 15n, []]);
  assertEquals(decide((warn) => clampRate(asked(999n), warn)), [1_000n, ["1k"]]);
  assertEquals(decide((warn) => clampRate(asked(0n), warn)), [1_000n, ["1k"]]);
  assertEquals(decide((warn) => clampRate(asked(10n ** 15n + 1n), warn)), [10n ** 15n, ["1P"]]);
});

Deno.test("decideBurst() defaults to 40 ms of the rate and at least two MTUs", () => {
  assertEquals(decide((warn) => decideBurst(10_000_000n, undefined, warn)), [50_000n, []]);
  assertEquals(decide((warn) => decideBurst(1_000_000_001n, undefined, warn)), [5_000_001n, []]);
  assertEquals(decide((warn) => decideBurst(1_000n, undefined, warn)), [3028n, []]);
});

Deno.test("decideBurst() takes bits and gives bytes, up to one second of the rate", () => {
  assertEquals(decide((warn) => decideBurst(10_000_000n, asked(1_000_000n), warn)), [125_000n, []]);
  assertEquals(decide((warn) => decideBurst(10_000_000n, asked(1_000_001n), warn)), [125_001n, []]);
  assertEquals(decide((warn) => decideBurst(10_000_000n, asked(10_000_000n), warn)), [1_250_000n, []]);
  assertEquals(decide((warn) => decideBurst(10_000_000n, asked(20_000_000n), warn)), [1_250_000n, [
    "1250000 bytes",
  ]]);
  assertEquals(decide((warn) => decideBurst(10_000_000n, asked(64n), warn)), [3028n, ["3028 bytes"]]);
  assertEquals(decide((warn) => decideBurst(10_000_000n, asked(-64n), warn)), [3028n, ["3028 bytes"]]);
  // At 1k a second is 125 bytes; the two MTUs hold all the same.
  assertEquals(decide((warn) => decideBurst(1_000n, asked(10n ** 9n), warn)), [3028n, ["3028 bytes"]]);
});

Deno.test("decideBurst() never decreases when the rate or what is asked grows", () => {
  const rate = fc.bigInt(1_000n, 10n ** 15n);
  const burst = fc.option(fc.bigInt(-1n, 2n ** 63n), { nil: undefined });
  fc.assert(fc.property(rate, rate, burst, fc.bigInt(0n, 2n ** 40n), (a, b, bits, more) => {
    const [low, high] = a < b ? [a, b] : [b, a];
    const of = (at: bigint, extra: bigint): bigint =>
      decideBurst(at, bits === undefined ? undefined : asked(bits + extra), () => {});
    assertEquals(of(low, 0n) <= of(high, 0n) && of(low, 0n) <= of(low, more), true);
    assertEquals(of(low, 0n) >= MIN_BURST && (of(low, 0n) - MIN_BURST) * 8n <= low + 7n, true);
  }));
});

Deno.test("decideSketch() rounds the width up to a power of two and says so", () => {
  assertEquals(decide((warn) => decideSketch(asked(1024n), asked(4n), 65_536, warn)), [{
    width: 1024,
    depth: 4,
  }, []]);
  assertEquals(decide((warn) => decideSketch(asked(1025n), asked(4n), 65_536, warn)), [
    { width: 2048, depth: 4 },
    ["2048"],
  ]);
});

Deno.test("decideSketch() clamps width and depth", () => {
  const [low, lowUsed] = decide((warn) => decideSketch(asked(1n), asked(0n), 65_536, warn));
  assertEquals([low, lowUsed], [{ width: 64, depth: 1 }, ["1", "64"]]);
  const [high, highUsed] = decide((warn) => decideSketch(asked(10n ** 9n), asked(99n), 1 << 30, warn));
  assertEquals([high, highUsed], [{ width: 65_536, depth: 8 }, ["8", "65536"]]);
});

Deno.test("decideSketch() halves the width until the sketch fits, then gives up rows", () => {
  const wide = decide((warn) => decideSketch(asked(4096n), asked(4n), 65_536, warn));
  assertEquals(wide, [{ width: 2048, depth: 4 }, ["2048"]]);
  const tiny = decide((warn) => decideSketch(undefined, undefined, 1024, warn));
  assertEquals(tiny, [{ width: 64, depth: 2 }, ["64", "2"]]);
  assertEquals(decide((warn) => decideSketch(undefined, undefined, NaN, warn))[0], { width: 64, depth: 1 });
});

Deno.test("decideThreshold() is adaptive unless asked, and clamped", () => {
  assertEquals(decide((warn) => decideThreshold(undefined, warn)), [null, []]);
  assertEquals(decide((warn) => decideThreshold(asked(20_000n), warn)), [20_000n, []]);
  assertEquals(decide((warn) => decideThreshold(asked(0n), warn)), [1500n, ["1500 bytes"]]);
  assertEquals(decide((warn) => decideThreshold(asked(2n ** 40n), warn)), [2n ** 27n, ["134217728 bytes"]]);
});
