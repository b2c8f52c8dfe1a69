import { assertEquals, assertThrows } from "@std/assert";
import { VmError } from "./error.ts";
import { findKernel, KERNELS, pickVersion } from "./kernels.ts";

const MADISON = [
  " linux-image-cloud-amd64 | 6.120.1-1 | mirror trixie-backports/main amd64 Packages",
  " linux-image-cloud-amd64 | 6.12.117-1 | mirror trixie-security/main amd64 Packages",
  " linux-image-cloud-amd64 | 6.12.90-1 | mirror trixie/main amd64 Packages",
  "",
].join("\n");

Deno.test("KERNELS has no name twice", () => {
  assertEquals(new Set(KERNELS.map((k) => k.name)).size, KERNELS.length);
});

Deno.test("findKernel() lists the names on an unknown one", () => {
  const error = assertThrows(() => findKernel("2.6"), VmError, '"6.12"');
  assertEquals(error.kind, "usage");
});

Deno.test("pickVersion() takes the newest of a version, and does not take 6.120 for 6.12", () => {
  assertEquals(pickVersion(findKernel("6.12"), MADISON), "6.12.117-1");
});

Deno.test("pickVersion() takes the first for the newest kernel", () => {
  assertEquals(pickVersion(findKernel("newest"), MADISON), "6.120.1-1");
});

Deno.test("pickVersion() names what is offered if there is no match", () => {
  assertThrows(() => pickVersion(findKernel("6.1"), MADISON), VmError, "6.12.90-1");
  assertThrows(() => pickVersion(findKernel("newest"), ""), VmError, "none");
});
