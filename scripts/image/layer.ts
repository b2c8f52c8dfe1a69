/** A layer: entries as a tar archive that is the same on every machine, at every time. */
import type { Context } from "../build/context.ts";
import { run } from "../build/run.ts";
import type { ImageFile } from "./files.ts";
import { sha256 } from "./hash.ts";

/** How layers are compressed. Every containerd takes gzip. */
export const COMPRESSIONS = ["gzip", "zstd"] as const;
export type Compression = typeof COMPRESSIONS[number];

/** A layer as an image's manifest names it. */
export interface Layer {
  readonly mediaType: string;
  /** The digest of the compressed bytes: `sha256:…`. */
  readonly digest: string;
  /** The number of compressed bytes. */
  readonly size: number;
  /** The digest of the archive before it was compressed: `sha256:…`. */
  readonly diffId: string;
  /** The compressed file. */
  readonly path: string;
}

/** Without what differs between machines: the order of directories, names of owners, times. */
export const TAR = "tar --format=gnu --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner".split(" ");
/** One thread, because zstd's output depends on the number of threads. */
const COMPRESS: Readonly<Record<Compression, readonly string[]>> = {
  gzip: ["gzip", "--best", "--no-name"],
  zstd: ["zstd", "--quiet", "-19", "--single-thread", "--rm"],
};
const SUFFIX: Readonly<Record<Compression, string>> = { gzip: "gz", zstd: "zst" };

/**
 * Makes a layer.
 *
 * @param base A path; temporary files have this path with suffixes.
 * @param files Its entries; directories precede their entries.
 */
export async function makeLayer(
  context: Context,
  base: string,
  files: readonly ImageFile[],
  compression: Compression,
): Promise<Layer> {
  const root = `${base}.root`, archive = `${base}.tar`;
  await Deno.mkdir(root);
  for (const file of files) await stage(root, file);
  await run(context, [...TAR, "--create", `--file=${archive}`, `--directory=${root}`, ...topNames(files)]);
  const diffId = `sha256:${await sha256(await Deno.readFile(archive))}`;
  await run(context, [...COMPRESS[compression], archive]);
  const path = `${archive}.${SUFFIX[compression]}`;
  const bytes = await Deno.readFile(path);
  return {
    mediaType: `application/vnd.oci.image.layer.v1.tar+${compression}`,
    digest: `sha256:${await sha256(bytes)}`,
    size: bytes.length,
    diffId,
    path,
  };
}

/** Sets modes explicitly: those at creation depend on the umask. */
async function stage(root: string, file: ImageFile): Promise<void> {
  const path = `${root}/${file.path}`;
  if (file.kind === "link") return await Deno.symlink(file.target, path);
  if (file.kind === "directory") await Deno.mkdir(path);
  else if ("text" in file.from) await Deno.writeTextFile(path, file.from.text);
  else await Deno.copyFile(file.from.file, path);
  await Deno.chmod(path, file.mode);
}

function topNames(files: readonly ImageFile[]): string[] {
  return files.map(({ path }) => path).filter((path) => !path.includes("/"));
}
