import { assertEquals } from "@std/assert";
import { kernelRelease } from "./version.ts";

Deno.test("kernelRelease() says what the kernel itself says", () => {
  assertEquals(kernelRelease(), Deno.readTextFileSync("/proc/sys/kernel/osrelease").trim());
});
