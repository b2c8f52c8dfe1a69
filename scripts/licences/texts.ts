import { type Context, pin } from "../build/context.ts";

/**
 * Reads a licence's text.
 *
 * @param place `repository/…`, `sources/…` (libbpf's crate) or `system/…`.
 * @throws {Error} If there is no such file.
 */
export function licenceText(context: Context, place: string): string {
  const [root = "", ...rest] = place.split("/");
  const roots: Record<string, string> = {
    repository: context.root,
    sources: sourcesOf(context),
    system: "",
  };
  if (roots[root] === undefined) {
    throw new Error(`Cannot read a licence at "${place}": unknown root "${root}"`);
  }
  const path = `${roots[root]}/${rest.join("/")}`;
  try {
    return Deno.readTextFileSync(path);
  } catch (cause) {
    throw new Error(`Cannot read the licence "${path}"`, { cause });
  }
}

/** Where libbpf's crate was unpacked. */
export function sourcesOf(context: Context): string {
  return `${context.cache}/libbpf-${pin(context, "LIBBPF_CRATE_VERSION")}`;
}
