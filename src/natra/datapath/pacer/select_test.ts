import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { anyLimit } from "../../../../tests/rig/any_limit.ts";
import { PACER_KINDS } from "../../limits/fields.ts";
import { candidates, pacerOf } from "./select.ts";

for (
  const [pacer, bucket, expected] of [
    ["auto", "pod", "htb police"],
    ["htb", "pod", "htb police"],
    ["edt", "pod", "edt htb police"],
    ["police", "pod", "police"],
    ["auto", "flow", "edt police"],
    ["edt", "flow", "edt police"],
    ["police", "flow", "police"],
  ] as const
) {
  Deno.test(`candidates() of pacer ${pacer} with bucket ${bucket} are ${expected}`, () => {
    assertEquals(candidates({ pacer, bucket }).join(" "), expected);
  });
}

Deno.test("candidates() of any limit end with police, which needs no queue, and name none twice", () => {
  fc.assert(fc.property(anyLimit(), (limit) => {
    const tried = candidates(limit);
    assertEquals(tried.at(-1), "police");
    assertEquals(new Set(tried).size, tried.length);
    if (limit.bucket === "flow") assertEquals(tried.includes("htb"), false);
  }));
});

Deno.test("pacerOf() gives the pacer of that kind", () => {
  for (const kind of PACER_KINDS) assertEquals(pacerOf(kind).kind, kind);
});
