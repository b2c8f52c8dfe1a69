/** What the clients' tests keep between runs, and how it gets there. */
import { exists } from "../../../lab/vm/cache.ts";

/** A file or directory, or a sentence that says why it cannot be had. */
export type Have = { readonly path: string } | { readonly missing: string };

/** The directory of it all. */
export function clientsCache(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "."}/.cache`;
  return `${Deno.env.get("NATRA_CACHE") ?? `${base}/natra`}/clients`;
}

/**
 * Makes a directory once. It is made beside its place and renamed: it is there whole or not at all.
 *
 * @param name its name in the cache; another version is another name
 * @param make fills the empty directory that it is given; a sentence says why it could not
 * @returns the directory
 */
export async function madeOnce(
  name: string,
  make: (directory: string) => Promise<string | null>,
): Promise<Have> {
  const path = `${clientsCache()}/${name}`;
  if (await exists(path)) return { path };
  const unfinished = `${path}.${crypto.randomUUID()}`;
  await Deno.mkdir(unfinished, { recursive: true });
  try {
    const missing = await make(unfinished);
    if (missing !== null) return { missing };
    await Deno.rename(unfinished, path);
    return { path };
  } catch (error) {
    if (await exists(path)) return { path }; // another process was quicker
    throw error;
  } finally {
    await Deno.remove(unfinished, { recursive: true }).catch((error: unknown) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}
