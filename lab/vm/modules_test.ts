import { assertEquals, assertThrows } from "@std/assert";
import { VmError } from "./error.ts";
import { loadOrder, moduleName } from "./modules.ts";

const DEPENDENCIES = [
  "kernel/drivers/virtio/virtio.ko.xz:",
  "kernel/drivers/virtio/virtio_ring.ko.xz: kernel/drivers/virtio/virtio.ko.xz",
  "kernel/drivers/virtio/virtio_pci.ko.xz: kernel/drivers/virtio/virtio_ring.ko.xz kernel/drivers/virtio/virtio.ko.xz",
  "kernel/drivers/block/virtio_blk.ko.xz: kernel/drivers/virtio/virtio_ring.ko.xz kernel/drivers/virtio/virtio.ko.xz",
  "",
].join("\n");

Deno.test("loadOrder() puts what a module needs before it, and each once", () => {
  assertEquals(loadOrder(DEPENDENCIES, "", ["virtio-pci", "virtio_blk"]), [
    "kernel/drivers/virtio/virtio.ko.xz",
    "kernel/drivers/virtio/virtio_ring.ko.xz",
    "kernel/drivers/virtio/virtio_pci.ko.xz",
    "kernel/drivers/block/virtio_blk.ko.xz",
  ]);
});

Deno.test("loadOrder() leaves out what is part of the kernel", () => {
  assertEquals(loadOrder("", "kernel/fs/ext4/ext4.ko\n", ["ext4"]), []);
});

Deno.test("loadOrder() takes a module without a file for a part of a kernel that does not say", () => {
  assertEquals(loadOrder(DEPENDENCIES, undefined, ["ext4", "virtio"]), [
    "kernel/drivers/virtio/virtio.ko.xz",
  ]);
});

Deno.test("loadOrder() throws on a module that is nowhere", () => {
  assertThrows(() => loadOrder(DEPENDENCIES, "", ["overlay"]), VmError, '"overlay"');
});

Deno.test("moduleName() drops directory and extensions and spells with underscores", () => {
  assertEquals(moduleName("kernel/drivers/char/virtio-rng.ko.xz"), "virtio_rng");
  assertEquals(moduleName("kernel/net/sched/sch_fq.ko"), "sch_fq");
  assertEquals(moduleName("sch_fq"), "sch_fq");
});
