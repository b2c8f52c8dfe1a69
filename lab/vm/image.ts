import { Apt } from "./apt.ts";
import { cached } from "./cache.ts";
import { makeImage } from "./ext4.ts";
import { downloadKernel, indexKernel, makeInitrd } from "./kernel.ts";
import type { Kernel } from "./kernels.ts";
import { buildUserland, unpack, USERLAND_PACKAGES } from "./userland.ts";

/** A kernel ready to boot. */
export interface BootImage {
  /** Path of the compressed kernel. */
  readonly vmlinuz: string;
  /** Path of the initial RAM disk. */
  readonly initrd: string;
  /** Path of the root's ext4 image: userland and modules; never written to. */
  readonly root: string;
}

/** Raise it when the way images are built changes, so that old ones are not taken for new. */
const RECIPE = "3";

/**
 * Gets the boot image of a kernel from the cache, building it first if need be.
 *
 * @param kernel which
 * @param log told what is being built
 * @returns where its files are
 * @throws {VmError} if it cannot be built
 */
export async function bootImage(kernel: Kernel, log: (line: string) => void): Promise<BootImage> {
  const init = await Deno.readTextFile(new URL("./init.sh", import.meta.url));
  const recipe = [RECIPE, JSON.stringify(kernel), init, ...USERLAND_PACKAGES];
  const directory = await cached(`kernel-${kernel.name}`, recipe, async (partial) => {
    log(`Building the image of kernel "${kernel.name}" (once)`);
    const room = `${partial}/room`;
    await build(kernel, init, room, partial);
    await Deno.remove(room, { recursive: true });
  });
  return { vmlinuz: `${directory}/vmlinuz`, initrd: `${directory}/initrd`, root: `${directory}/root.img` };
}

async function build(kernel: Kernel, init: string, room: string, target: string): Promise<void> {
  const tree = `${room}/tree`;
  const [userlandDebs, kernelDebs] = [`${room}/userland`, `${room}/kernel`];
  await Apt.use(
    { release: kernel.release },
    (apt) => apt.downloadWithDependencies(USERLAND_PACKAGES, userlandDebs),
  );
  await downloadKernel(kernel, kernelDebs);
  await buildUserland(userlandDebs, tree);
  await unpack(kernelDebs, tree, ["./usr/share/doc"]);
  const { release, vmlinuz } = await indexKernel(tree, room);
  await Deno.rename(vmlinuz, `${target}/vmlinuz`);
  await Deno.remove(`${tree}/boot`, { recursive: true });
  await makeInitrd(tree, release, init, `${room}/initrd`, `${target}/initrd`);
  await makeImage(tree, `${target}/root.img`, 16);
}
