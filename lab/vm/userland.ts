import { run } from "./command.ts";
import { VmError } from "./error.ts";

/** What the guest can run, from the kernel's own release. */
export const USERLAND_PACKAGES: readonly string[] = [
  "bash",
  "bpftool",
  "busybox-static",
  "coreutils",
  "ethtool",
  "findutils",
  "grep",
  "iperf3",
  "iproute2",
  "iputils-ping",
  "kmod",
  "mount",
  "procps",
  "sed",
  "util-linux",
];

/**
 * Directories that older releases keep beside /usr and newer ones inside it; the guest has the newer layout.
 */
const MERGED = ["bin", "lib", "lib64", "sbin"];

/** Mount points and directories that no package brings. */
const EMPTY = ["dev", "etc/modprobe.d", "proc", "root", "run", "sys", "tmp", "w"];

/** Never used in the guest, and half of the size. */
const LEFT_OUT = ["doc", "i18n", "info", "locale", "man", "perl5", "zoneinfo"].map((d) => `./usr/share/${d}`);

const FILES: Readonly<Record<string, string>> = {
  "etc/group": "root:x:0:\nnogroup:x:65534:\n",
  "etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
  // Loading ifb makes two devices unless told not to; tests count devices.
  "etc/modprobe.d/natra.conf": "options ifb numifbs=0\n",
  "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
  "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/usr/sbin/nologin\n",
};

/**
 * Unpacks packages without installing them: none of their scripts runs.
 *
 * @param debs directory of `.deb` files
 * @param tree where to
 * @param leftOut paths to skip, as in the packages ("./usr/share/doc")
 * @throws {VmError} if there is no package, or one cannot be unpacked
 */
export async function unpack(debs: string, tree: string, leftOut: readonly string[] = []): Promise<void> {
  const files = Array.from(Deno.readDirSync(debs), (entry) => entry.name).filter((name) =>
    name.endsWith(".deb")
  ).sort();
  if (files.length === 0) throw new VmError("build", `Cannot find a package in "${debs}"`);
  const exclude = leftOut.map((path) => `--exclude=${path}`);
  // dpkg -x would replace the links of the merged layout by directories.
  const script =
    'set -o pipefail; deb=$1; tree=$2; shift 2; dpkg --fsys-tarfile "$deb" | tar -x -C "$tree" --keep-directory-symlink "$@"';
  for (const file of files) await run("bash", ["-c", script, "unpack", `${debs}/${file}`, tree, ...exclude]);
}

/**
 * Unpacks packages into an empty directory, in the layout that has all below /usr.
 *
 * @param debs directory of `.deb` files
 * @param tree where to
 * @param leftOut paths to skip, as in the packages ("./usr/share/doc")
 */
export async function buildTree(debs: string, tree: string, leftOut: readonly string[]): Promise<void> {
  for (const name of MERGED) {
    await Deno.mkdir(`${tree}/usr/${name}`, { recursive: true });
    await Deno.symlink(`usr/${name}`, `${tree}/${name}`);
  }
  await unpack(debs, tree, leftOut);
}

/**
 * Makes a root directory of downloaded packages.
 *
 * @param debs directory of `.deb` files
 * @param tree the root to make
 */
export async function buildUserland(debs: string, tree: string): Promise<void> {
  await buildTree(debs, tree, LEFT_OUT);
  for (const name of EMPTY) await Deno.mkdir(`${tree}/${name}`, { recursive: true });
  for (const [path, text] of Object.entries(FILES)) await Deno.writeTextFile(`${tree}/${path}`, text);
  // The packages' own scripts would choose an awk; busybox is there anyway.
  await Deno.remove(`${tree}/usr/bin/awk`).catch(() => {});
  await Deno.symlink("busybox", `${tree}/usr/bin/awk`);
}
