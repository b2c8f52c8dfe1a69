/** The glibc version that a shared library needs. */
import type { Context } from "./context.ts";
import { run, tool } from "./run.ts";

/** The oldest glibc on which Deno's own runtime starts; nothing that we embed may need a newer one. */
export const oldestGlibc = "2.27";

/**
 * Finds the newest glibc version among the symbols that an ELF file imports.
 *
 * @returns Such as "2.22"; "0" if it needs none.
 */
export async function newestGlibc(context: Context, file: string): Promise<string> {
  const versions = await run(context, [tool("llvm-readelf").path, "--version-info", file]);
  const found = [...versions.matchAll(/GLIBC_([0-9.]+)/g)].map(([, version = "0"]) => version);
  return found.sort(compareVersions).at(-1) ?? "0";
}

/**
 * Checks that a shared library can be loaded wherever the runtime can.
 *
 * @throws {Error} If it needs a newer glibc.
 */
export async function requireOldGlibc(context: Context, file: string): Promise<void> {
  const newest = await newestGlibc(context, file);
  if (compareVersions(newest, oldestGlibc) > 0) {
    throw new Error(
      `Cannot embed "${file}": it needs glibc ${newest}, newer than the runtime's ${oldestGlibc}`,
    );
  }
}

/**
 * Orders dotted version numbers.
 *
 * @returns Negative if a is older, positive if it is newer, else 0.
 */
export function compareVersions(a: string, b: string): number {
  const left = a.split(".").map(Number), right = b.split(".").map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
