/**
 * Debian's packages, from which the image takes some files. The machine's own apt fetches them and checks
 * their signatures.
 */
import type { Context } from "../build/context.ts";
import { run } from "../build/run.ts";
import { sha256IfThere } from "./hash.ts";

/** A package of the image. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** Its source package's name. */
  readonly source: string;
  readonly architecture: string;
  /** Its control fields, as dpkg keeps them. */
  readonly control: string;
  /** The .deb. */
  readonly path: string;
  /** SHA-256 of the .deb, in hex. */
  readonly sha256: string;
}

/** The runtime is linked with the first two; the others contain texts of licences and the release's name. */
export const PACKAGES: readonly string[] = ["libc6", "libgcc-s1", "gcc-12-base", "base-files"];

/**
 * Gets the packages.
 *
 * @param context Its cache keeps them.
 * @param directory Where they are already; undefined: take the machine's mirror's current ones.
 * @returns One of each, in the order of PACKAGES.
 * @throws {Error} If one is missing.
 */
export async function fetchPackages(
  context: Context,
  directory: string | undefined,
): Promise<DebianPackage[]> {
  const paths = directory === undefined ? await fromMirror(context) : debsIn(directory);
  const found = await Promise.all(paths.map((path) => describe(context, path)));
  return PACKAGES.map((name) => {
    const [one, ...more] = found.filter((known) => known.name === name);
    if (one === undefined) throw new Error(`Cannot find the package "${name}" in "${directory}"`);
    if (more.length > 0) throw new Error(`Cannot choose between two versions of "${name}" in "${directory}"`);
    return one;
  });
}

async function fromMirror(context: Context): Promise<string[]> {
  const cache = `${context.cache}/image`;
  await Deno.mkdir(cache, { recursive: true });
  try {
    return await download(context, cache);
  } catch {
    // There are no lists, or they are too old for the mirror.
    await run(context, ["apt-get", "--quiet", "update"]);
    return await download(context, cache);
  }
}

/** The packages that the lists name as current, fetched unless the cache has them. */
async function download(context: Context, cache: string): Promise<string[]> {
  const wanted = PACKAGES.map((name) => name === "base-files" ? name : `${name}:amd64`);
  const uris = await run(context, ["apt-get", "--print-uris", "download", ...wanted]);
  const files = [...uris.matchAll(/^'[^']+' (\S+) \d+ SHA256:([0-9a-f]{64})$/gm)];
  if (files.length !== PACKAGES.length) throw new Error(`Cannot read apt's answer: "${uris.trim()}"`);
  const found = await Promise.all(files.map(([, name = ""]) => sha256IfThere(`${cache}/${name}`)));
  if (files.some(([, , hash], index) => found[index] !== hash)) {
    const work = await Deno.makeTempDir({ dir: cache });
    try {
      await run(context, ["apt-get", "-o", "APT::Sandbox::User=root", "download", ...wanted], { cwd: work });
      for (const [, name = "", hash] of files) {
        const found = await sha256IfThere(`${work}/${name}`);
        if (found !== hash) throw new Error(`Cannot trust "${name}": sha256 is "${found}", not "${hash}"`);
        await Deno.rename(`${work}/${name}`, `${cache}/${name}`);
      }
    } finally {
      await Deno.remove(work, { recursive: true });
    }
  }
  return files.map(([, name = ""]) => `${cache}/${name}`);
}

async function describe(context: Context, path: string): Promise<DebianPackage> {
  const control = await run(context, ["dpkg-deb", "--field", path]);
  const field = (name: string): string | undefined => new RegExp(`^${name}: (.+)$`, "m").exec(control)?.[1];
  const [name, version, architecture] = ["Package", "Version", "Architecture"].map(field);
  if (name === undefined || version === undefined || architecture === undefined) {
    throw new Error(`Cannot read "${path}": its control fields are "${control.trim()}"`);
  }
  const source = field("Source")?.split(" ")[0] ?? name;
  return { name, version, source, architecture, control, path, sha256: await sha256IfThere(path) ?? "" };
}

function debsIn(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => `${directory}/${name}`)
    .filter((path) => path.endsWith(".deb")).toSorted();
}
