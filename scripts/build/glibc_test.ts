import { assertEquals, assertRejects } from "@std/assert";
import { context } from "./context.ts";
import { compareVersions, newestGlibc, requireOldGlibc } from "./glibc.ts";

const here = context(false);
const zlib = `/usr/lib/${Deno.build.arch}-linux-gnu/libz.so.1`;

Deno.test("compareVersions() orders by number, not by text", () => {
  const sorted = ["2.4", "2.27", "2.3.4", "2.14"].sort(compareVersions);
  assertEquals(sorted, ["2.3.4", "2.4", "2.14", "2.27"]);
  assertEquals(compareVersions("2.27", "2.27.0"), 0);
});

Deno.test("requireOldGlibc() accepts a library that asks for less than the runtime", async () => {
  assertEquals(await newestGlibc(here, zlib), "2.14");
  await requireOldGlibc(here, zlib);
});

Deno.test("requireOldGlibc() rejects what was linked against a newer glibc", async () => {
  // Every executable that was linked since glibc 2.34 imports the __libc_start_main of that version.
  await assertRejects(() => requireOldGlibc(here, "/usr/bin/env"), Error, "it needs glibc 2.34");
});
