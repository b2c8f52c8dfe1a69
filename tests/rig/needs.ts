/**
 * Tests that not every machine can run. Deno reports that a test was ignored, but not why: the reason goes
 * into the test's name, where the summary finds it.
 */

/**
 * Registers a test, to be skipped for a reason.
 *
 * @param missing What keeps it from running; null if nothing does.
 * @param options As Deno.test() takes them.
 */
export function testIf(
  missing: string | null,
  name: string,
  run: (t: Deno.TestContext) => void | Promise<void>,
  options: Pick<Deno.TestDefinition, "sanitizeResources"> = {},
): void {
  if (missing === null) Deno.test({ ...options, name, fn: run });
  else Deno.test({ name: `${name} ${markSkipped(missing)}`, ignore: true, fn: run });
}

/** How a reason stands in a test's name. */
export function markSkipped(reason: string): string {
  return `[skipped: ${reason}]`;
}

/** The reason that {@linkcode markSkipped} put into a test's name. @returns null if there is none. */
export function skipReason(name: string): string | null {
  return /\[skipped: (.*)\]$/.exec(name)?.[1] ?? null;
}

/**
 * What a test lacks that makes network namespaces and calls natra's own native libraries.
 *
 * @param libraries Files that the build makes, for example `libbpf.so`.
 * @returns null if it lacks nothing.
 */
export function needsRootAnd(...libraries: readonly string[]): string | null {
  if (Deno.uid() !== 0) return "only root may make a network namespace";
  return needsBuilt(...libraries);
}

/** The files that the build should have made and has not. @returns null if all are there. */
export function needsBuilt(...files: readonly string[]): string | null {
  const missing = files.filter((file) => !exists(new URL(`../../build/${file}`, import.meta.url)));
  return missing.length === 0 ? null : `"deno task build" has not made ${missing.join(", ")} yet`;
}

function exists(url: URL): boolean {
  try {
    return Deno.statSync(url).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
