import { assertEquals, assertThrows } from "@std/assert";
import { readArguments, UsageError } from "../../../tests/rig/options.ts";
import { MIXES } from "./mixes.ts";
import { HERE, IN_VM, type MixOptions } from "./options.ts";

const here = (...args: string[]): MixOptions => readArguments(HERE, args)!.options;

Deno.test("deno task bench measures every mix at 10M by default", () => {
  const { mix, rate, rounds, seconds, contenders, json } = here();
  assertEquals([mix, rate, rounds, seconds, json], [MIXES, [10e6], 3, null, null]);
  assertEquals(contenders.length, 5);
});

Deno.test("deno task bench takes lists, and all variants of a mix", () => {
  const { mix, rate, contenders } = here("--mix=2,13", "--rate", "10M,1G", "--contenders", "none,natra");
  assertEquals(mix.map(({ number }) => number), [2, 13, 13, 13]);
  assertEquals([rate, contenders], [[10e6, 1e9], ["none", "natra"]]);
});

Deno.test("deno task bench:vm runs the mix that needs netem, too", () => {
  const given = readArguments(IN_VM, ["--mix", "12", "--kernel", "6.1"]);
  assertEquals([given?.options.mix.length, given?.options.kernel, given?.options.rounds], [4, "6.1", 1]);
});

for (
  const [args, quoted] of [
    [["--mix", "99"], '"99"'],
    [["--mix", "1,,2"], '""'],
    [["--mix", "12"], "it needs netem"],
    [["--rate", "10m"], '"10m"'],
    [["--rate", "11G"], '"11G"'],
    [["--seconds", "1"], '"1"'],
    [["--contenders", "cilium"], '"cilium"'],
  ] as const
) {
  Deno.test(`deno task bench refuses ${args.join(" ")}`, () => {
    assertThrows(() => here(...args), UsageError, quoted);
  });
}
