/** Small damage to text and to JSON: what bad templates, other versions and bad people send. */
import fc from "fast-check";
import { anyText } from "../rig/any_text.ts";

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Turns one text into another. */
export type Mutation = (text: string) => string;

/** Values that readers of quantities, versions, names and JSON trip over. */
const NASTY: readonly Json[] = [
  ...[null, true, false, 0, -1, 0.1, 1e308, 2 ** 53, -(2 ** 63), 4294967295, 1e21],
  ...[
    "",
    " ",
    "0",
    "-0",
    "10M",
    "1e3",
    "1E",
    "0x10",
    "1e400",
    "1e999999999",
    "Infinity",
    "NaN",
    "10 M",
    "1k1",
    "٣M",
  ],
  ...[
    "9".repeat(5000),
    "0.".padEnd(3000, "0") + "1",
    "1P",
    "1Ei",
    "999E",
    "{",
    "{}",
    "[]",
    '{"rate":',
    '{"rate":{}}',
  ],
  ...[
    '{"rate":"10M","cms":[]}',
    '{"rate":"10M","cms":{"width":1e300,"depth":-1}}',
    '{"__proto__":{"rate":"1M"}}',
  ],
  ...["../../etc/passwd", "/", ".", "..", "a".repeat(300), "\u202e\u0007\u001b[31m", "\ud800", "\0", "\n"],
  ...["0.4.0", "1.1.0", "1.1", "v1.0.0", "2.0.0", "ADD", "add", "auto", "tcx", "htb", "flow", "free"],
  ...[[], {}, [[]], [null], { "": "" }, { toString: null }, { rate: "10M", burst: "0" }],
];

/** A value from {@linkcode NASTY}, or any other. */
export function anyJson(): fc.Arbitrary<Json> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...NASTY) },
    { weight: 1, arbitrary: anyText(20) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json) },
  );
}

/** Text from {@linkcode NASTY}, or any other. */
export function anyNastyText(): fc.Arbitrary<string> {
  return fc.oneof(fc.constantFrom(...NASTY.filter((value) => typeof value === "string")), anyText(20));
}

/** Damage to JSON text that may leave it no JSON at all. */
export function anyTextMutation(): fc.Arbitrary<Mutation> {
  const at = fc.double({ min: 0, max: 1, noNaN: true });
  const piece = fc.oneof(
    fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      '"',
      ",",
      ":",
      "\\",
      "\\u",
      "-",
      "e",
      ".",
      "\0",
      "\ufeff",
      "//",
      "null",
    ),
    fc.constantFrom("[".repeat(300), '{"a":'.repeat(300), " ".repeat(2000)),
    anyText(4),
  );
  return fc.oneof(
    fc.tuple(at, piece).map(([where, what]): Mutation => (text) => {
      const index = Math.floor(where * text.length);
      return text.slice(0, index) + what + text.slice(index);
    }),
    fc.tuple(at, at).map(([where, length]): Mutation => (text) => {
      const index = Math.floor(where * text.length);
      return text.slice(0, index) + text.slice(index + 1 + Math.floor(length * 20));
    }),
    at.map((where): Mutation => (text) => text.slice(0, Math.floor(where * text.length))),
    fc.tuple(at, at).map(([from, to]): Mutation => (text) => {
      const piece = text.slice(Math.floor(from * text.length), Math.floor(from * text.length) + 40);
      const index = Math.floor(to * text.length);
      return text.slice(0, index) + piece + text.slice(index);
    }),
  );
}

/** Another value somewhere in a JSON text; text that is no JSON stays as it is. */
export function anyJsonMutation(): fc.Arbitrary<Mutation> {
  return fc.tuple(fc.nat(), fc.option(anyJson(), { nil: undefined })).map(
    ([which, value]): Mutation => (text) => {
      let root: Json;
      try {
        root = JSON.parse(text) as Json;
      } catch {
        return text;
      }
      return JSON.stringify(replace(root, { left: which % size(root) }, value)) ?? "";
    },
  );
}

/** How many values there are in one, itself among them. */
function size(value: Json): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, inner: Json) => sum + size(inner), 1);
}

/** The same value with the one that is `left` steps on replaced; undefined leaves it out of an object. */
function replace(value: Json, steps: { left: number }, by: Json | undefined): Json | undefined {
  if (steps.left-- === 0) return by;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((inner: Json) => replace(inner, steps, by) ?? null);
  const entries = Object.entries(value).map(([key, inner]) => [key, replace(inner, steps, by)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}
