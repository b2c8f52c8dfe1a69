import { VmError } from "./error.ts";

/**
 * The directory of everything the runner keeps between runs.
 *
 * @returns `vm` in $NATRA_CACHE, else in the user's cache directory
 * @throws {VmError} if the environment names no directory at all
 */
export function cacheDirectory(): string {
  const own = Deno.env.get("NATRA_CACHE");
  if (own) return `${own}/vm`;
  const xdg = Deno.env.get("XDG_CACHE_HOME");
  if (xdg) return `${xdg}/natra/vm`;
  const home = Deno.env.get("HOME");
  if (home) return `${home}/.cache/natra/vm`;
  throw new VmError(
    "host",
    'Cannot choose a cache directory: none of "NATRA_CACHE", "XDG_CACHE_HOME", "HOME" is set',
  );
}

/**
 * Runs an action while no other process (and no other call in this one) holds the lock of that name. The
 * kernel drops the lock when its holder dies.
 *
 * @param name names the lock's file in the cache
 * @param action what to do under the lock
 * @returns the action's result
 */
export async function withLock<T>(name: string, action: () => Promise<T>): Promise<T> {
  await Deno.mkdir(cacheDirectory(), { recursive: true });
  using file = await Deno.open(`${cacheDirectory()}/${name}.lock`, { create: true, write: true });
  await file.lock(true);
  return await action();
}

/**
 * A cached directory, built once. It is built beside its place and renamed, so it is there whole or not at
 * all: a killed build leaves only a `.partial`, which the next one removes.
 *
 * @param name what it is, for the directory's name
 * @param recipe all that the content depends on: another recipe is another directory
 * @param build fills the empty directory that it is given
 * @returns the directory's path
 */
export async function cached(
  name: string,
  recipe: readonly string[],
  build: (directory: string) => Promise<void>,
): Promise<string> {
  const place = `${cacheDirectory()}/${name}-${await shortHash(recipe)}`;
  if (await exists(place)) return place;
  return await withLock(name, async () => {
    if (await exists(place)) return place;
    const partial = `${place}.partial`;
    await removeIfThere(partial);
    await Deno.mkdir(partial);
    await build(partial);
    await Deno.rename(partial, place);
    return place;
  });
}

/**
 * Says whether a path exists, whatever it is.
 *
 * @param path the path
 * @returns false only if there is nothing
 */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  if (await exists(path)) await Deno.remove(path, { recursive: true });
}

async function shortHash(parts: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return digest.toHex().slice(0, 12);
}
