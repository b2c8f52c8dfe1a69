import { assertEquals, assertThrows } from "@std/assert";
import { groups, selectGroups } from "./groups.ts";

const names = (found: readonly { name: string }[]): string[] => found.map(({ name }) => name);

Deno.test("groups() begin with the static checks and the unit tests, and pass over what has no tests", () => {
  const all = groups(["a.sh"], ["lab/vm", "tests/e2e", "lab/demo", "lab/run"]);
  assertEquals(names(all), ["static", "unit", "rig", "e2e", "vm"]);
  assertEquals(all[2]?.steps[0]?.argv.slice(-1), ["lab/demo"]);
});

Deno.test("groups() forget no directory with tests: one that they do not know has a group of its own", () => {
  assertEquals(names(groups([], ["lab/vm", "tests/weather", "tests/bpf"])), [
    "static",
    "unit",
    "bpf",
    "weather",
    "vm",
  ]);
});

Deno.test("groups() give every shell script to shellcheck", () => {
  const argv = groups(["a.sh", ".ci/run"], [])[0]?.steps.at(-1)?.argv;
  assertEquals(argv, ["shellcheck", "--external-sources", "a.sh", ".ci/run"]);
});

Deno.test("selectGroups() keeps the order of a whole run", () => {
  const all = groups([], ["tests/e2e", "lab/vm"]);
  assertEquals(names(selectGroups(all, ["e2e", "unit"])), ["unit", "e2e"]);
  assertEquals(selectGroups(all, []), all);
});

Deno.test("selectGroups() refuses an unknown group, and lists them", () => {
  assertThrows(
    () => selectGroups(groups([], []), ["unit", "e3e"]),
    Error,
    '"e3e": it is one of static, unit',
  );
});
