import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { anyLimit, limitOf } from "../../../tests/rig/any_limit.ts";
import { toForm } from "./form.ts";
import { changedFields, type DirectionLimit, FIELD_NAMES, fieldOf, restoreLimit } from "./fields.ts";

/** A limit as a record has it. */
function recorded(limit: DirectionLimit): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(limit, (_key, value: unknown) => typeof value === "bigint" ? String(value) : value),
  );
}

const LIMIT = limitOf('{"rate":"10M","mice":"free","cms":{"heavyHitterThreshold":"9k"}}');

Deno.test("restoreLimit() gives back what was recorded", () => {
  fc.assert(fc.property(anyLimit(), (limit) => assertEquals(restoreLimit(recorded(limit)), limit)));
});

Deno.test("restoreLimit() takes a record of an older natra, without a field, for the fallback", () => {
  for (const name of FIELD_NAMES) {
    const { [name]: _gone, ...rest } = recorded(LIMIT);
    const { fallback } = fieldOf(name);
    assertEquals(restoreLimit(rest), fallback === undefined ? null : { ...LIMIT, [name]: fallback }, name);
  }
});

Deno.test("restoreLimit() gives null for what cannot be a limit, and never throws", () => {
  for (const name of [...FIELD_NAMES, "source"]) {
    for (const value of [true, "x y", {}, [], "0x10"]) {
      const isText = name === "source" && typeof value === "string";
      assertEquals(restoreLimit({ ...recorded(LIMIT), [name]: value }) === null, !isText, `${name} ${value}`);
    }
  }
  fc.assert(fc.property(fc.object(), (object) => void restoreLimit(object)));
});

Deno.test("changedFields() names what differs, whatever the source", () => {
  assertEquals(changedFields(LIMIT, limitOf(JSON.stringify(toForm(LIMIT)))), []);
  assertEquals(changedFields(LIMIT, { ...LIMIT, rate: 1n, threshold: null, depth: 7 }), [
    "rate",
    "depth",
    "threshold",
  ]);
  fc.assert(fc.property(anyLimit(), anyLimit(), (one, other) => {
    const changed = changedFields(one, other);
    assertEquals(changed.length === 0, FIELD_NAMES.every((name) => one[name] === other[name]));
  }));
});
