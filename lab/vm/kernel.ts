import { Apt } from "./apt.ts";
import { exists } from "./cache.ts";
import { run } from "./command.ts";
import { VmError } from "./error.ts";
import { type Kernel, pickVersion } from "./kernels.ts";
import { loadOrder } from "./modules.ts";

/** The smallest kernel Debian builds: all of the network stack, no real hardware's drivers. */
const META_PACKAGE = "linux-image-cloud-amd64";

/** What the root needs before any module can be loaded from it. */
const BOOT_MODULES = ["nfit", "nd_pmem", "ext4", "overlay"];

/**
 * Downloads a kernel's packages.
 *
 * @param kernel which
 * @param into directory for the `.deb` files
 * @throws {VmError} if Debian no longer has it
 */
export async function downloadKernel(kernel: Kernel, into: string): Promise<void> {
  const extra = kernel.backports ? "backports" : "security";
  await Apt.use({ release: kernel.release, extra }, async (apt) => {
    const version = pickVersion(kernel, await apt.madison(META_PACKAGE));
    const all = await apt.closure(`${META_PACKAGE}=${version}`);
    const own = all.filter((p) => /^linux-(image|binary|modules)-\d/.test(p)); // newer releases split the image
    if (own.length === 0) {
      throw new VmError("build", `Cannot find the packages of "${META_PACKAGE}=${version}"`);
    }
    await apt.download(own, into);
  });
}

/** Where an unpacked kernel's parts are. */
export interface UnpackedKernel {
  /** The kernel's release, as `uname -r` will say. */
  readonly release: string;
  /** Path of the compressed kernel. */
  readonly vmlinuz: string;
}

/**
 * Finds the kernel in a root and indexes its modules, as its package's script would.
 *
 * @param tree root with a kernel and kmod unpacked into it
 * @param room directory for a temporary link
 * @returns the kernel's parts
 * @throws {VmError} if there is not exactly one kernel
 */
export async function indexKernel(tree: string, room: string): Promise<UnpackedKernel> {
  const releases = Array.from(Deno.readDirSync(`${tree}/usr/lib/modules`), (entry) => entry.name);
  const release = releases[0];
  if (release === undefined || releases.length !== 1) {
    throw new VmError("build", `Cannot tell the kernel among "${releases.join('", "')}"`);
  }
  // depmod is kmod under another name. It runs by its own loader and libraries: kmod need not be on this
  // machine, and one of a newer release would not run on its glibc.
  const depmod = `${room}/depmod`;
  await Deno.symlink(`${tree}/usr/bin/kmod`, depmod);
  await runInside(tree, [depmod, "-b", tree, release]);
  await Deno.remove(depmod);
  const places = [`${tree}/boot/vmlinuz-${release}`, `${tree}/usr/lib/modules/${release}/vmlinuz`];
  const vmlinuz = places.find(isFile);
  if (vmlinuz === undefined) throw new VmError("build", `Cannot find the kernel in "${places.join('", "')}"`);
  return { release, vmlinuz };
}

async function runInside(tree: string, command: readonly string[]): Promise<void> {
  const libraries = `${tree}/usr/lib/x86_64-linux-gnu`;
  await run(`${libraries}/ld-linux-x86-64.so.2`, ["--library-path", libraries, ...command]);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * Makes the initial RAM disk: busybox, the modules that the root is reached by, and `init.sh`.
 *
 * @param tree root with the kernel's modules and busybox
 * @param release the kernel's release
 * @param init text of the first process's script
 * @param room empty directory to build it in
 * @param initrd file to make
 */
export async function makeInitrd(
  tree: string,
  release: string,
  init: string,
  room: string,
  initrd: string,
): Promise<void> {
  for (const inner of ["bin", "dev", "modules", "new", "proc", "sys"]) {
    await Deno.mkdir(`${room}/${inner}`, { recursive: true });
  }
  const modules = `${tree}/usr/lib/modules/${release}`;
  const order = loadOrder(
    await Deno.readTextFile(`${modules}/modules.dep`),
    // 7.2 has none
    await exists(`${modules}/modules.builtin`)
      ? await Deno.readTextFile(`${modules}/modules.builtin`)
      : undefined,
    BOOT_MODULES,
  );
  for (const [index, path] of order.entries()) {
    // init.sh loads them by the order of their names
    await expand(`${modules}/${path}`, `${room}/modules/${String(index).padStart(2, "0")}.ko`);
  }
  await Deno.copyFile(`${tree}/usr/bin/busybox`, `${room}/bin/busybox`);
  await Deno.writeTextFile(`${room}/init`, init, { mode: 0o755 });
  const script = 'set -o pipefail; ./bin/busybox find . | ./bin/busybox cpio -o -H newc >"$1"';
  await run("bash", ["-c", script, "initrd", initrd], { cwd: room });
}

async function expand(source: string, target: string): Promise<void> {
  await Deno.copyFile(source, source.endsWith(".ko") ? target : target + extension(source));
  if (source.endsWith(".xz")) await run("xz", ["-d", `${target}.xz`]);
  if (source.endsWith(".zst")) await run("zstd", ["-q", "-d", "--rm", `${target}.zst`]);
}

function extension(path: string): string {
  return path.slice(path.lastIndexOf("."));
}
