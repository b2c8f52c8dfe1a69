import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Warning } from "../base/log/warning.ts";
import { absolutePath, between, oneOf, readKeys } from "./keys.ts";

const SCHEMAS = {
  word: () => oneOf(["one", "two"]),
  number: () => between(1, 10, "seconds"),
  file: () => absolutePath("it must be the absolute path of a file"),
};
const DEFAULTS: { readonly word: "one" | "two"; readonly number: number; readonly file: string | null } = {
  word: "one",
  number: 5,
  file: null,
};

function read(conf: Record<string, unknown>): { values: typeof DEFAULTS; warnings: Warning[] } {
  const warnings: Warning[] = [];
  const values = readKeys(
    new Map(Object.entries(conf)),
    SCHEMAS,
    DEFAULTS,
    (warning) => warnings.push(warning),
  );
  return { values, warnings };
}

Deno.test("readKeys() has a default for each key, for null too, and leaves the defaults as they are", () => {
  assertEquals(read({}), { values: DEFAULTS, warnings: [] });
  assertEquals(read({ word: null, number: null, file: null, other: 1 }), { values: DEFAULTS, warnings: [] });
  const values = { word: "two", number: 1, file: "/x" } as const;
  assertEquals([read(values), read({}).values], [{ values, warnings: [] }, DEFAULTS]);
});

Deno.test("readKeys() replaces a bad value by the default, with a warning", () => {
  const { values, warnings } = read({ word: "TWO", number: "5", file: "relative.log" });
  assertEquals(values, DEFAULTS);
  assertEquals(warnings.map(({ key, given, used, why }) => `${key}|${given}|${used}|${why}`), [
    'configuration word|"TWO"|one|it must be one of one, two',
    'configuration number|"5"|5|it must be a number of seconds from 1 to 10',
    'configuration file|"relative.log"|the default|it must be the absolute path of a file',
  ]);
});

Deno.test("readKeys() rejects numbers and paths at the edge", () => {
  for (const number of [0, -1, 1.5, 11, NaN]) assertEquals(read({ number }).values.number, 5);
  for (const file of ["", "/", "/var/log/", "/a\0b", "a/b", 7]) {
    assertEquals(read({ file }).warnings.length, 1);
  }
});

Deno.test("readKeys() never throws, and adds no key", () => {
  fc.assert(fc.property(fc.dictionary(fc.constantFrom("word", "number", "file"), fc.anything()), (conf) => {
    const { values, warnings } = read(conf);
    assertEquals(Object.keys(values), Object.keys(DEFAULTS));
    assertEquals(warnings.every(({ given }) => given.length < 100), true);
  }));
});
