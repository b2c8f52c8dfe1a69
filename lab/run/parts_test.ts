import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../tests/rig/options.ts";
import { partsOf, QUIET, selectParts } from "./parts.ts";
import { testFiles } from "./tree.ts";

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
const TREE = {
  shellScripts: ["a.sh", ".ci/run"],
  testFiles: [
    "lab/kernels/kernels_test.ts",
    "lab/run/parts_test.ts",
    "lab/vm/vm_test.ts",
    "tests/bpf/a_test.ts",
    "tests/bpf/deep/b_test.ts",
    "tests/e2e/around_test.ts",
    "tests/e2e/check_test.ts",
    "tests/weather/rain_test.ts",
  ],
};
const all = partsOf(TREE);

Deno.test("partsOf() has a part for each directory, one for each file that measures, and none for unit tests", () => {
  const tests = all.filter(({ needsBuild }) => needsBuild);
  assertEquals(tests.map(({ name, group, stage, argv }) => [name, group, stage, argv.slice(4)]), [
    ["e2e-around", "e2e", "quiet", ["tests/e2e/around_test.ts"]],
    ["kernels-kernels", "kernels", "alone", ["lab/kernels/kernels_test.ts", "--", "races"]],
    ["kernels", "kernels", "busy", ["lab/kernels/kernels_test.ts", "--", "all"]],
    ["vm", "vm", "busy", ["lab/vm/vm_test.ts"]],
    ["bpf", "bpf", "busy", ["tests/bpf/a_test.ts", "tests/bpf/deep/b_test.ts"]],
    ["e2e", "e2e", "busy", ["tests/e2e/check_test.ts"]],
    ["weather", "weather", "busy", ["tests/weather/rain_test.ts"]],
  ]);
});

Deno.test("partsOf() runs every file of tests, and gives each part a name of its own", () => {
  const files = testFiles(ROOT);
  const parts = partsOf({ shellScripts: [], testFiles: files });
  const run = parts.flatMap(({ argv }) => argv).filter((argument) => argument.endsWith("_test.ts"));
  assertEquals([...new Set(run)].sort(), files.filter((file) => !file.startsWith("lab/run/")).sort());
  const names = parts.map(({ name }) => name);
  assertEquals(names, [...new Set(names)]);
});

Deno.test("every file of tests that asks for a least throughput is run on a quiet machine", () => {
  const asking = testFiles(ROOT).filter((file) =>
    /^import .*\bleastWhile\b.* from/m.test(Deno.readTextFileSync(`${ROOT}/${file}`))
  );
  // In guests the least is asked for in virtual time, but for one of them.
  const quiet = [...QUIET, "lab/kernels/kernels_test.ts", "tests/rig/host_load_test.ts"];
  assertEquals(asking.filter((file) => !quiet.includes(file)), []);
});

Deno.test("partsOf() gives every shell script to shellcheck", () => {
  const argv = all.find(({ name }) => name === "shellcheck")?.argv;
  assertEquals(argv, ["shellcheck", "--external-sources", "a.sh", ".ci/run"]);
});

Deno.test("selectParts() takes whole groups, in the order of a whole run", () => {
  assertEquals(selectParts(all, ["e2e", "unit"]).map(({ name }) => name), ["unit", "e2e-around", "e2e"]);
  assertEquals(selectParts(all, []), all);
});

Deno.test("selectParts() refuses an unknown group, and lists them", () => {
  assertThrows(() => selectParts(all, ["e3e"]), UsageError, '"e3e": it is one of static, unit, e2e');
});
