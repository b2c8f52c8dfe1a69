import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../tests/rig/arguments.ts";
import { parseOptions } from "./options.ts";

Deno.test("parseOptions() has defaults", () => {
  const { rate, rounds, seconds, json, help, plan } = parseOptions([]);
  assertEquals({ rate, rounds, seconds, json, help, plan }, {
    ...{ rate: 10e6, rounds: 3, seconds: 12 },
    ...{ json: null, help: false, plan: false },
  });
});

Deno.test("parseOptions() reads both forms of a flag", () => {
  const { rate, rounds, seconds, json } = parseOptions([
    "--rate=1G",
    "--rounds",
    "5",
    "--seconds=5",
    "--json",
    "x.json",
  ]);
  assertEquals({ rate, rounds, seconds, json }, { rate: 1e9, rounds: 5, seconds: 5, json: "x.json" });
  assertEquals(parseOptions(["-h"]).help, true);
});

Deno.test("parseOptions() refuses what it cannot obey, and quotes it", () => {
  const cases: [string[], string][] = [
    [["--speed", "10M"], '"--speed"'],
    [["10M"], '"10M"'],
    [["--rate", "fast"], '"fast"'],
    [["--rate", "999k"], '"999k"'],
    [["--rate"], '"--rate"'],
    [["--rounds", "0"], '"0"'],
    [["--rounds", "3.5"], '"3.5"'],
    [["--seconds", "1e2"], '"1e2"'],
    [["--seconds", "4"], '"4"'],
    [["--json"], '"--json"'],
  ];
  for (const [args, message] of cases) assertThrows(() => parseOptions(args), UsageError, message);
});
