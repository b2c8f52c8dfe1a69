import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { anyLimit, limitOf } from "../../../tests/rig/any_limit.ts";
import { parseAnnotation } from "./annotation.ts";
import { describeLimit, toForm, withField } from "./form.ts";

Deno.test("toForm() writes what decides the same limit again", () => {
  fc.assert(fc.property(anyLimit(), (limit) => {
    assertEquals(limitOf(JSON.stringify(toForm(limit))), limit);
  }));
});

Deno.test("withField() sets and removes a key where the annotation has it", () => {
  const form = { rate: "1M", cms: { width: 64 } };
  assertEquals(withField(form, "depth", 2), { rate: "1M", cms: { width: 64, depth: 2 } });
  assertEquals(withField(form, "mice", "free"), { ...form, mice: "free" });
  assertEquals(withField(form, "rate", undefined), { cms: { width: 64 } });
  assertEquals(parseAnnotation(withField(form, "threshold", "2k"), "x").request.threshold?.value, 2000n);
});

Deno.test("describeLimit() says what a direction is held to", () => {
  assertEquals(describeLimit(null), "no limit");
  assertEquals(
    describeLimit(limitOf('{"rate":"10M","mice":"free","cms":{"depth":2,"heavyHitterThreshold":"9k"}}')),
    "10Mbit/s, burst 50000 bytes, bucket pod, mice free, sketch 1024x2 (16384 bytes), heavy-hitter threshold 9000 bytes",
  );
});
