import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Warning } from "../../base/log/warning.ts";
import { DEFAULTS, type OwnKeys, readOwnKeys } from "./natra_conf.ts";

function read(conf: Record<string, unknown>): { keys: OwnKeys; warnings: Warning[] } {
  const warnings: Warning[] = [];
  const keys = readOwnKeys(new Map(Object.entries(conf)), (warning) => warnings.push(warning));
  return { keys, warnings };
}

Deno.test("readOwnKeys() has a default for each key, for null too", () => {
  assertEquals(read({}), { keys: DEFAULTS, warnings: [] });
  const nothing = Object.fromEntries(Object.keys(DEFAULTS).map((key) => [key, null]));
  assertEquals(read(nothing), { keys: DEFAULTS, warnings: [] });
});

Deno.test("readOwnKeys() reads every key", () => {
  const keys: OwnKeys = {
    attach: "clsact-podside",
    pacer: "edt",
    timeout: 30,
    maxSketchBytes: 32_768,
  };
  assertEquals(read({ ...keys }), { keys, warnings: [] });
});

Deno.test("readOwnKeys() replaces a bad value by the default, with a warning", () => {
  const bad = {
    attach: "xdp",
    pacer: 1,
    timeout: "10",
    maxSketchBytes: 1e400,
  };
  const { keys, warnings } = read(bad);
  assertEquals(keys, DEFAULTS);
  assertEquals(warnings.map(({ key, given, used, why }) => `${key}|${given}|${used}|${why}`), [
    'configuration attach|"xdp"|auto|it must be one of auto, tcx, clsact, podside, clsact-podside',
    "configuration pacer|1|auto|it must be one of auto, htb, edt, police",
    'configuration timeout|"10"|10|it must be a number of seconds from 1 to 300',
    "configuration maxSketchBytes|Infinity|65536|it must be a number of bytes from 512 to 4194304",
  ]);
});

Deno.test("readOwnKeys() rejects numbers at the edge", () => {
  for (const timeout of [0, -1, 1.5, 301, NaN]) assertEquals(read({ timeout }).keys.timeout, 10);
  for (const maxSketchBytes of [511, 4_194_305]) assertEquals(read({ maxSketchBytes }).warnings.length, 1);
  assertEquals(read({ timeout: 1, maxSketchBytes: 512 }).warnings, []);
});

Deno.test("readOwnKeys() never throws", () => {
  fc.assert(fc.property(fc.dictionary(fc.constantFrom(...Object.keys(DEFAULTS)), fc.anything()), (conf) => {
    const { keys, warnings } = read(conf);
    assertEquals(Object.keys(keys), Object.keys(DEFAULTS));
    assertEquals(warnings.every(({ given }) => given.length < 100), true);
  }));
});
