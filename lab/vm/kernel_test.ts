import { assertRejects } from "@std/assert";
import { VmError } from "./error.ts";
import { indexKernel } from "./kernel.ts";

for (const releases of [[], ["6.12.1-cloud", "6.12.2-cloud"]]) {
  Deno.test(`indexKernel() throws if a root has ${releases.length} kernels`, async () => {
    const tree = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${tree}/usr/lib/modules`, { recursive: true });
      for (const release of releases) await Deno.mkdir(`${tree}/usr/lib/modules/${release}`);
      await assertRejects(() => indexKernel(tree, tree), VmError, "Cannot tell the kernel");
    } finally {
      await Deno.remove(tree, { recursive: true });
    }
  });
}
