/** What is in the image: the one list. deploy/Dockerfile copies the same, which a test compares. */
import type { Context } from "../build/context.ts";
import { run } from "../build/run.ts";
import type { DebianPackage } from "./debian.ts";

/** An entry of the image. Everything is owned by root. */
export type ImageFile =
  | { readonly path: string; readonly kind: "directory"; readonly mode: number }
  | { readonly path: string; readonly kind: "link"; readonly target: string }
  | { readonly path: string; readonly kind: "file"; readonly mode: number; readonly from: Source };

/** Where a file's content comes from: a file, or these bytes. */
export type Source = { readonly file: string } | { readonly text: string };

/** Where natra is. */
export const NATRA = "usr/bin/natra";

const LIBRARIES = "lib/x86_64-linux-gnu";

/** What is taken of each package: paths as the package has them. */
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

/** Links that programs and readers look for. Runtimes name a pod's namespace by /var/run/netns. */
export const LINKS: Readonly<Record<string, string>> = {
  "lib64/ld-linux-x86-64.so.2": `../${LIBRARIES}/ld-linux-x86-64.so.2`,
  "etc/os-release": "../usr/lib/os-release",
  "usr/share/doc/libgcc-s1": "gcc-12-base",
  "var/run": "../run",
};

/** Small files that belong to no package. "localhost" is not asked of a name server. */
export const TEXTS: Readonly<Record<string, string>> = {
  "etc/passwd": "root:x:0:0:root:/:/sbin/nologin\n",
  "etc/group": "root:x:0:\n",
  "etc/nsswitch.conf": "hosts: files dns\n",
};

/** Where the DaemonSet mounts the node's directories, so that a read-only root has the places. */
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

/** The only directory of the image that everyone may write to, where the root is not read-only. */
const STICKY = { path: "tmp", kind: "directory", mode: 0o1777 } as const;

/**
 * The layer that is the same for every natra: C library, licences, mount points.
 *
 * @param context The build's context.
 * @param packages Debian's packages.
 * @param work A directory to unpack them in.
 * @returns Its entries, directories included.
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
    // Where scanners look for what an image without dpkg was made of.
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
 * The layer that a new natra changes.
 *
 * @param natra The executable.
 * @returns Its entries.
 */
export function natraFiles(natra: string): ImageFile[] {
  return withParents([{ path: NATRA, kind: "file", mode: 0o755, from: { file: natra } }]);
}

/** Adds the directories above each entry, and sorts: directories come before what is in them. */
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
