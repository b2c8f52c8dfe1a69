import { assertEquals } from "@std/assert";
import { isAtLeast, isSupported } from "./version.ts";

Deno.test("isSupported() knows exactly the five versions", () => {
  const versions = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];
  assertEquals(versions.every(isSupported), true);
  assertEquals(["", "0.1.0", "0.2.0", "1.0", "1.0.1", "1.2.0", "v1.0.0", " 1.0.0"].some(isSupported), false);
});

Deno.test("isAtLeast() orders versions by age", () => {
  assertEquals([isAtLeast("0.3.1", "0.4.0"), isAtLeast("0.4.0", "0.4.0"), isAtLeast("1.1.0", "0.4.0")], [
    false,
    true,
    true,
  ]);
});
