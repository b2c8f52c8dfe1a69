import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../tests/rig/arguments.ts";
import { MIXES } from "./mixes.ts";
import { parseOptions } from "./options.ts";

Deno.test("parseOptions() measures every mix at 10M unless told otherwise", () => {
  const { mixes, rates, rounds, seconds, contenders, json } = parseOptions([]);
  assertEquals([mixes, rates, rounds, seconds, json], [MIXES, [10e6], 3, null, null]);
  assertEquals(contenders.length, 5);
});

Deno.test("parseOptions() takes lists, and all variants of a mix", () => {
  const { mixes, rates, contenders } = parseOptions([
    "--mix=2,13",
    "--rate",
    "10M,1G",
    "--contenders",
    "none,natra",
  ]);
  assertEquals(mixes.map(({ number }) => number), [2, 13, 13, 13]);
  assertEquals([rates, contenders], [[10e6, 1e9], ["none", "natra"]]);
});

Deno.test("parseOptions() quotes what it cannot obey", () => {
  for (
    const [option, value] of [
      ["--mix", "99"],
      ["--mix", "1,,2"],
      ["--rate", "10m"],
      ["--rate", "11G"],
      ["--rounds", "0"],
      ["--seconds", "1"],
      ["--contenders", "cilium"],
      ["--no-such", "x"],
    ] as const
  ) {
    assertThrows(
      () => parseOptions([option, value]),
      UsageError,
      option === "--mix" && value.includes(",") ? '""' : option === "--no-such" ? option : `"${value}"`,
    );
  }
});
