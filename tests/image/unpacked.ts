/** An image's archive, taken apart as a container runtime would: every blob is what its name says. */
import { assertEquals } from "@std/assert";
import { sha256 } from "../../scripts/image/hash.ts";
import { run } from "../rig/run.ts";

/** A blob as another names it. */
interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** An image. */
export interface Unpacked {
  readonly name: string;
  readonly manifest: { readonly config: Descriptor; readonly layers: readonly Descriptor[] };
  readonly config: {
    readonly architecture: string;
    readonly os: string;
    readonly created: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly rootfs: { readonly diff_ids: readonly string[] };
  };
  /** The root file system. */
  readonly root: string;
}

/**
 * Unpacks an OCI layout's archive, and checks every digest and size on the way.
 *
 * @param archive the archive
 * @param directory where to; it must not be there yet
 * @returns the image
 */
export async function unpack(archive: string, directory: string): Promise<Unpacked> {
  const layout = `${directory}/layout`, root = `${directory}/root`;
  for (const path of [layout, root]) await Deno.mkdir(path, { recursive: true });
  await run(["tar", "-xf", archive, "-C", layout]);
  assertEquals(await json(`${layout}/oci-layout`), { imageLayoutVersion: "1.0.0" });
  const [entry, ...others] =
    (await json<{ manifests: (Descriptor & { annotations: Record<string, string> })[] }>(
      `${layout}/index.json`,
    )).manifests;
  if (entry === undefined) throw new Error(`"${archive}" has no image`);
  assertEquals(others, []);
  const manifest = await json<Unpacked["manifest"]>(await blob(layout, entry));
  const config = await json<Unpacked["config"]>(await blob(layout, manifest.config));
  for (const [index, layer] of manifest.layers.entries()) {
    const tar = `${directory}/${index}.tar`;
    const program = layer.mediaType.endsWith("+zstd") ? "zstd" : "gzip";
    await run([
      "sh",
      "-c",
      '"$1" --decompress --stdout <"$2" >"$3"',
      "sh",
      program,
      await blob(layout, layer),
      tar,
    ]);
    assertEquals(`sha256:${await sha256(await Deno.readFile(tar))}`, config.rootfs.diff_ids[index]);
    await run(["tar", "--same-permissions", "-xf", tar, "-C", root]);
  }
  return { name: entry.annotations["io.containerd.image.name"] ?? "", manifest, config, root };
}

async function blob(layout: string, { digest, size }: Descriptor): Promise<string> {
  const path = `${layout}/blobs/${digest.replace(":", "/")}`;
  const bytes = await Deno.readFile(path);
  assertEquals([`sha256:${await sha256(bytes)}`, bytes.length], [digest, size]);
  return path;
}

async function json<T>(path: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(path));
}
