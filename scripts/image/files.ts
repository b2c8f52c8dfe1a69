/** The only list of the image's files. deploy/Dockerfile copies the same files, which a test checks. */
import type { Context } from "../build/context.ts";
import { run } from "../build/run.ts";
import type { DebianPackage } from "./debian.ts";

/** An entry of the image. Everything is owned by root. */
export type ImageFile =
  | { readonly path: string; readonly kind: "directory"; readonly mode: number }
  | { readonly path: string; readonly kind: "link"; readonly target: string }
  | { readonly path: string; readonly kind: "file"; readonly mode: number; readonly from: Source };

/** A file's content: that of another file, or this text. */
export type Source = { readonly file: string } | { readonly text: string };

/** The path of natra. */
export const NATRA = "usr/bin/natra";

const LIBRARIES = "lib/x86_64-linux-gnu";

/** The files that are taken from each package, by their paths in the package. */
export const TAKEN: Readonly<Record<string, readonly string[]>> = {
  "libc6": [
    ...["ld-linux-x86-64.so.2", "libc.so.6", "libdl.so.2", "libm.so.6", "libpthread.so.0", "librt.so.1"]
      .map((name) => `${LIBRARIES}/${name}`),
    "usr/share/doc/libc6/copyright",
  ],
  "libgcc-s1": [`${LIBRARIES}/libgcc_s.so.1`],
  "gcc-12-base": ["usr/share/doc/gcc-12-base/copyright"],
  "base-files": [
    "usr/lib/os-release",
    ...["GPL-2", "GPL-3", "LGPL-2.1"].map((name) => `usr/share/common-licenses/${name}`),
  ],
};

/** Symbolic links that programs and readers look for. Runtimes name a pod's namespace by /var/run/netns. */
export const LINKS: Readonly<Record<string, string>> = {
  "lib64/ld-linux-x86-64.so.2": `../${LIBRARIES}/ld-linux-x86-64.so.2`,
  "etc/os-release": "../usr/lib/os-release",
  "usr/share/doc/libgcc-s1": "gcc-12-base",
  "var/run": "../run",
};

/** Small files that do not belong to a package. No name server is asked for "localhost". */
export const TEXTS: Readonly<Record<string, string>> = {
  "etc/passwd": "root:x:0:0:root:/:/sbin/nologin\n",
  "etc/group": "root:x:0:\n",
  "etc/nsswitch.conf": "hosts: files dns\n",
};

/** The mount points of the node's directories in the DaemonSet, for a read-only root. */
export const MOUNT_POINTS: readonly string[] = [
  "dev",
  "etc/cni/net.d",
  "opt/cni/bin",
  "proc",
  "run/natra",
  "run/netns",
  "sys",
  "var/lib/cni",
  "var/log/natra",
];

/** The only directory of the image that every user can write to, if the root is not read-only. */
const STICKY = { path: "tmp", kind: "directory", mode: 0o1777 } as const;

/**
 * The layer that is the same for every natra: C library, licences, mount points.
 *
 * @param work A directory in which to unpack the packages.
 * @returns Its entries, including directories.
 */
export async function baseFiles(
  context: Context,
  packages: readonly DebianPackage[],
  work: string,
): Promise<ImageFile[]> {
  const files: ImageFile[] = [];
  await Deno.mkdir(work);
  for (const { name, path, control } of packages) {
    await run(context, ["dpkg-deb", "--extract", path, `${work}/${name}`]);
    for (const taken of TAKEN[name] ?? []) {
      const from = { file: `${work}/${name}/${taken}` };
      // Execute bits only where the package has them: on the loader and the C library.
      const mode = ((await Deno.stat(from.file)).mode ?? 0) & 0o111 ? 0o755 : 0o644;
      files.push({ path: taken, kind: "file", mode, from });
    }
    // Scanners look here for the packages of an image without dpkg.
    files.push({ path: `var/lib/dpkg/status.d/${name}`, kind: "file", mode: 0o644, from: { text: control } });
  }
  for (const [path, target] of Object.entries(LINKS)) files.push({ path, kind: "link", target });
  for (const [path, text] of Object.entries(TEXTS)) {
    files.push({ path, kind: "file", mode: 0o644, from: { text } });
  }
  for (const path of MOUNT_POINTS) files.push({ path, kind: "directory", mode: 0o755 });
  return withParents([...files, STICKY, {
    path: NATRA.replace(/\/[^/]+$/, ""),
    kind: "directory",
    mode: 0o755,
  }]);
}

/**
 * The entries of the layer that changes with each new natra.
 *
 * @param natra The path of the executable.
 */
export function natraFiles(natra: string): ImageFile[] {
  return withParents([{ path: NATRA, kind: "file", mode: 0o755, from: { file: natra } }]);
}

/** Adds the parent directories of each entry, and sorts: directories precede their entries. */
export function withParents(files: readonly ImageFile[]): ImageFile[] {
  const all = new Map<string, ImageFile>();
  for (const { path } of files) {
    const parts = path.split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const above = parts.slice(0, depth).join("/");
      all.set(above, { path: above, kind: "directory", mode: 0o755 });
    }
  }
  for (const file of files) all.set(file.path, file);
  return [...all.values()].toSorted((a, b) => a.path < b.path ? -1 : 1);
}
