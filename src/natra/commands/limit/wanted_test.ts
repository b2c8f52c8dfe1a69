import { assertEquals, assertThrows } from "@std/assert";
import { limitOf } from "../../../../tests/rig/any_limit.ts";
import type { Limits } from "../../limits/fields.ts";
import { readOptions } from "../../../cli/options.ts";
import { UsageError } from "../../../cli/output.ts";
import { command } from "./limit.ts";
import { wantedLimits } from "./wanted.ts";

const HELD: Limits = {
  ingress: limitOf(
    '{"rate":"10M","burst":"2M","mice":"free","cms":{"width":2048,"heavyHitterThreshold":"64k"}}',
  ),
  egress: null,
};

const wanted = (args: readonly string[], now: Limits = HELD): ReturnType<typeof wantedLimits> =>
  wantedLimits(readOptions(args, command.options), now);

Deno.test("wantedLimits() changes what is named, and leaves the rest as it is", () => {
  const { limits, warnings } = wanted(["--ingress", "20M"]);
  assertEquals(warnings, []);
  assertEquals(limits, {
    // the burst goes with the rate
    ingress: { ...HELD.ingress!, rate: 20_000_000n, burst: 100_000n, source: "natra limit" },
    egress: null,
  });
});

Deno.test("wantedLimits() turns a knob of each direction that is held, and keeps rate and burst", () => {
  const { limits } = wanted(["--width", "4096"]);
  assertEquals(limits, { ingress: { ...HELD.ingress!, width: 4096, source: "natra limit" }, egress: null });
});

Deno.test("wantedLimits() takes a direction off, and puts one on", () => {
  const { limits } = wanted(["--ingress", "off", "--egress", "5M", "--burst", "1M"]);
  assertEquals(limits.ingress, null);
  assertEquals([limits.egress?.rate, limits.egress?.burst, limits.egress?.width], [
    5_000_000n,
    125_000n,
    1024,
  ]);
});

Deno.test("wantedLimits() takes the annotation's JSON form as it stands", () => {
  const { limits } = wanted(["--ingress", '{"rate":"1M","cms":{"depth":2}}']);
  const { rate, depth, width, mice, threshold } = limits.ingress!;
  assertEquals([rate, depth, width, mice, threshold], [1_000_000n, 2, 1024, "charged", null]);
});

Deno.test("wantedLimits() says what it clamps, by the option's name", () => {
  const { limits, warnings } = wanted(["--ingress", "2E", "--width", "100"]);
  assertEquals(limits.ingress?.width, 128);
  assertEquals(warnings.map(({ key, used }) => [key, used]), [
    ["--ingress: rate", "1P"],
    ["--ingress: cms.width", "128"],
  ]);
});

for (
  const [args, message] of [
    [[], "Nothing to change"],
    [["--ingress", "fast"], 'Bad value "fast" for --ingress: '],
    [["--ingress=-5"], 'Bad value "-5" for --ingress: a rate cannot be negative'],
    [["--egress", "{"], "for --egress: it is not valid JSON"],
    [["--egress", '{"burst":"1M"}'], "Option --egress gives no rate"],
    [["--ingress", '{"rate":"1M","width":7}'], '"width"'],
    [["--burst", "many"], 'Bad value "many" for --burst: '],
    [["--pacer", "fq"], 'Bad value "fq" for --pacer: it must be one of'],
  ] as const
) {
  Deno.test(`wantedLimits() refuses ${JSON.stringify(args)}`, () => {
    assertThrows(() => wanted(args), UsageError, message);
  });
}

Deno.test("wantedLimits() refuses a knob for a pod that has no limit", () => {
  assertThrows(
    () => wanted(["--width", "64"], { ingress: null, egress: null }),
    UsageError,
    "has no limit yet",
  );
});
