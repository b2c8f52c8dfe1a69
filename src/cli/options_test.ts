import { assertEquals, assertThrows } from "@std/assert";
import { type CommandOption, OUTPUT, outputFormat, readOptions } from "./options.ts";
import { UsageError } from "./output.ts";

const SPEC: readonly CommandOption[] = [
  { name: "netns", value: "PATH", about: "" },
  { name: "dry-run", short: "n", about: "" },
  OUTPUT,
];

Deno.test("readOptions() reads words, strings and flags in any order", () => {
  const options = readOptions(["add", "--netns", "/n", "--dry-run", "more"], SPEC);
  assertEquals(options.words, ["add", "more"]);
  assertEquals(options.string("netns"), "/n");
  assertEquals([options.flag("dry-run"), options.flag("help")], [true, false]);
});

Deno.test("readOptions() distinguishes a missing option from a given one", () => {
  const options = readOptions([], SPEC);
  assertEquals([options.words, options.string("netns"), options.flag("dry-run")], [[], undefined, false]);
});

Deno.test("readOptions() keeps words that look like numbers as they were written", () => {
  assertEquals(readOptions(["007", "1e3"], []).words, ["007", "1e3"]);
});

Deno.test("readOptions() knows -h, -o and what follows --", () => {
  const options = readOptions(["-h", "-o", "json", "--", "--netns"], SPEC);
  assertEquals([options.flag("help"), outputFormat(options), options.words], [true, "json", ["--netns"]]);
});

Deno.test("readOptions() knows letters, alone and together", () => {
  assertEquals(readOptions(["-n"], SPEC).flag("dry-run"), true);
  const both = readOptions(["-no", "json"], SPEC);
  assertEquals([both.flag("dry-run"), outputFormat(both)], [true, "json"]);
});

Deno.test("readOptions() refuses -o where there is one format", () => {
  assertThrows(() => readOptions(["-o", "json"], []), UsageError, '"-o"');
});

for (const unknown of ["--nets", "-x", "--dry"]) {
  Deno.test(`readOptions() refuses ${unknown}, and names it`, () => {
    assertThrows(() => readOptions(["add", unknown], SPEC), UsageError, `"${unknown}"`);
  });
}

Deno.test("Options.string() refuses an option without a value", () => {
  for (const args of [["--netns"], ["--netns="], ["add", "--netns"]]) {
    assertThrows(() => readOptions(args, SPEC).string("netns"), UsageError, "--netns needs one value");
  }
});

Deno.test("Options.string() is the last of two", () => {
  assertEquals(readOptions(["--netns", "/a", "--netns", "/b"], SPEC).string("netns"), "/b");
});

Deno.test("outputFormat() is table unless json is asked for, and refuses others", () => {
  assertEquals(outputFormat(readOptions([], [OUTPUT])), "table");
  assertEquals(outputFormat(readOptions(["--output=json"], [OUTPUT])), "json");
  assertThrows(() => outputFormat(readOptions(["-o", "yaml"], [OUTPUT])), UsageError, '"yaml"');
});
