import { assertEquals } from "@std/assert";
import { exportsOnly } from "./libbpf.ts";

Deno.test("exportsOnly() lists each symbol once, in order, and hides the rest", () => {
  assertEquals(exportsOnly(["b", "a"]), "{\n  global:\n    a;\n    b;\n  local: *;\n};\n");
});
