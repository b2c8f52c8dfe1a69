import { assertEquals, assertThrows } from "@std/assert";
import { NativeError } from "../../ffi/native.ts";
import { fileSystemOf, Magic } from "./file_system.ts";

Deno.test("fileSystemOf() names the file system that holds a file", () => {
  const PROC_SUPER_MAGIC = 0x9fa0;
  assertEquals(fileSystemOf("/proc/self/status"), PROC_SUPER_MAGIC);
  assertEquals(fileSystemOf("/proc/self/ns/net"), Magic.NSFS);
});

Deno.test("fileSystemOf() names the file that does not exist", () => {
  assertThrows(() => fileSystemOf("/no/such/file"), NativeError, '"/no/such/file": ENOENT');
});
