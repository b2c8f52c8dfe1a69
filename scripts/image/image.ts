/** Makes the image: two files from its parts. */
import type { Context } from "../build/context.ts";
import { run } from "../build/run.ts";
import type { Component } from "../../src/cli/licences.ts";
import { fetchPackages } from "./debian.ts";
import { baseFiles, natraFiles } from "./files.ts";
import { type Compression, makeLayer } from "./layer.ts";
import { writeArchive } from "./oci.ts";
import { sbomOf } from "./sbom.ts";
import type { Identity } from "./identity.ts";

/** What to make. */
export interface ImageRequest {
  /** The executable's path. */
  readonly natra: string;
  /** The directory for the results; it is created if it is missing. */
  readonly output: string;
  /** The image's name; default: localhost/natra:VERSION. */
  readonly name: string | undefined;
  readonly compression: Compression;
  /** A directory with Debian's packages, which is used instead of a mirror. */
  readonly debs: string | undefined;
  /** When it was made, in seconds since 1970. */
  readonly epoch: number;
}

/** What was made. */
export interface Image {
  readonly name: string;
  /** The digest of its manifest: `sha256:…`. */
  readonly digest: string;
  /** How much a node has to fetch: the sum of its layers. */
  readonly compressedBytes: number;
  /** The OCI layout's path. */
  readonly archive: string;
  /** The bill of materials' path. */
  readonly sbom: string;
}

/**
 * Makes the image.
 *
 * @throws {Error} If a part is missing or cannot be trusted.
 */
export async function makeImage(context: Context, request: ImageRequest): Promise<Image> {
  const identity: Identity = JSON.parse(await run(context, [request.natra, "version", "-o", "json"]));
  const inside: Component[] = JSON.parse(
    await run(context, [request.natra, "version", "--licenses", "-o", "json"]),
  );
  const packages = await fetchPackages(context, request.debs);
  const name = request.name ?? `localhost/natra:${identity.version}`;
  await Deno.mkdir(request.output, { recursive: true });
  const work = await Deno.makeTempDir({ dir: request.output, prefix: ".unfinished-" });
  try {
    const layers = await Promise.all([
      makeLayer(
        context,
        `${work}/base`,
        await baseFiles(context, packages, `${work}/debs`),
        request.compression,
      ),
      makeLayer(context, `${work}/natra`, natraFiles(request.natra), request.compression),
    ]);
    const archive = `${request.output}/natra.tar`, sbom = `${request.output}/natra.cdx.json`;
    const digest = await writeArchive(context, {
      layers,
      name,
      identity,
      epoch: request.epoch,
      work: `${work}/layout`,
      archive: `${work}/natra.tar`,
    });
    const bill = await sbomOf({
      name,
      digest,
      identity,
      inside,
      packages,
      natra: request.natra,
      epoch: request.epoch,
    });
    await Deno.writeTextFile(`${work}/natra.cdx.json`, `${JSON.stringify(bill, null, 2)}\n`);
    await Deno.rename(`${work}/natra.tar`, archive);
    await Deno.rename(`${work}/natra.cdx.json`, sbom);
    const compressedBytes = layers.reduce((sum, { size }) => sum + size, 0);
    return { name, digest, compressedBytes, archive, sbom };
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}
