import { assertEquals, assertStringIncludes } from "@std/assert";
import { readFromImage } from "./ext4.ts";
import { bootImage } from "./image.ts";
import { findKernel } from "./kernels.ts";
import { cannotBoot } from "./testing.ts";

const ignore = await cannotBoot("6.12");

Deno.test("bootImage() comes from the cache once it is built", { ignore }, async () => {
  const said: string[] = [];
  const image = await bootImage(findKernel("6.12"), (line) => said.push(line));
  assertEquals(said, []);
  for (const path of [image.vmlinuz, image.initrd, image.root]) {
    assertEquals((await Deno.stat(path)).isFile, true);
  }
});

Deno.test("bootImage() has the runner's own settings in its root", { ignore }, async () => {
  const image = await bootImage(findKernel("6.12"), () => {});
  assertStringIncludes(await readFromImage(image.root, "/etc/modprobe.d/natra.conf"), "numifbs=0");
});
