import { VmError } from "./error.ts";

/** One kernel the runner can boot, with the userland of its own release. */
export interface Kernel {
  /** Start of the package's version, such as "6.12"; empty for the newest there is. */
  readonly version: string;
  /** What the caller calls it. */
  readonly name: string;
  /** Debian release of the userland, and of the kernel unless it is from backports. */
  readonly release: string;
  /** Whether the kernel is from the release's backports. */
  readonly backports: boolean;
}

/** Every kernel there is: to add one, add a line. */
export const KERNELS: readonly Kernel[] = [
  { name: "5.10", version: "5.10", release: "bullseye", backports: false },
  { name: "6.1", version: "6.1", release: "bookworm", backports: false },
  { name: "6.12", version: "6.12", release: "trixie", backports: false },
  { name: "newest", version: "", release: "trixie", backports: true },
];

/**
 * Looks a kernel up.
 *
 * @param name as in `KERNELS`
 * @returns the kernel
 * @throws {VmError} of kind `usage` that lists the names
 */
export function findKernel(name: string): Kernel {
  const kernel = KERNELS.find((k) => k.name === name);
  if (kernel !== undefined) return kernel;
  const names = KERNELS.map((k) => `"${k.name}"`).join(", ");
  throw new VmError("usage", `Cannot boot the unknown kernel "${name}": there are ${names}`);
}

/**
 * Picks a kernel's package version.
 *
 * @param kernel the kernel wanted
 * @param madison output of `apt-cache madison`: lines of "package | version | source", newest first
 * @returns the newest version that begins with the kernel's
 * @throws {VmError} if there is none
 */
export function pickVersion(kernel: Kernel, madison: string): string {
  const versions = madison.split("\n").map((line) => line.split("|")[1]?.trim() ?? "").filter((v) =>
    v !== ""
  );
  const begins = (version: string): boolean =>
    version.startsWith(kernel.version) && !/^\d/.test(version.slice(kernel.version.length));
  const found = kernel.version === "" ? versions[0] : versions.find(begins);
  if (found !== undefined) return found;
  throw new VmError(
    "build",
    `Cannot find kernel "${kernel.version}" in Debian "${kernel.release}": it offers ${
      versions.join(", ") || "none"
    }`,
  );
}
