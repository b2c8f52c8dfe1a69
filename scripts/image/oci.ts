/**
 * The OCI image layout (image-spec 1.0), as a tar archive that containerd, Podman, skopeo and Docker read.
 */
import type { Context } from "../build/context.ts";
import { run } from "../build/run.ts";
import { NATRA } from "./files.ts";
import { sha256 } from "./hash.ts";
import type { Identity } from "./identity.ts";
import { type Layer, TAR } from "./layer.ts";

/** What to write. */
export interface Layout {
  readonly layers: readonly Layer[];
  readonly name: string;
  readonly identity: Identity;
  /** Seconds since 1970. */
  readonly epoch: number;
  /** A directory for temporary files; it is created. */
  readonly work: string;
  /** The archive's path. */
  readonly archive: string;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * Writes the archive.
 *
 * @returns The digest of the image's manifest.
 */
export async function writeArchive(context: Context, layout: Layout): Promise<string> {
  const { layers, name, work, archive } = layout;
  const blobs = `${work}/blobs/sha256`;
  await Deno.mkdir(blobs, { recursive: true });
  for (const { digest, path } of layers) {
    await Deno.rename(path, `${blobs}/${digest.slice("sha256:".length)}`);
  }

  const config = await writeBlob(blobs, "application/vnd.oci.image.config.v1+json", configOf(layout));
  const manifest = await writeBlob(blobs, "application/vnd.oci.image.manifest.v1+json", {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config,
    layers: layers.map(({ mediaType, digest, size }): Descriptor => ({ mediaType, digest, size })),
  });
  const annotations = {
    "io.containerd.image.name": name,
    "org.opencontainers.image.ref.name": name.slice(name.lastIndexOf(":") + 1),
  };
  const platform = { architecture: "amd64", os: "linux" };
  await writeJson(`${work}/oci-layout`, { imageLayoutVersion: "1.0.0" });
  await writeJson(`${work}/index.json`, {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [{ ...manifest, platform, annotations }],
  });
  // `docker load` reads this file; the others ignore it.
  const blob = (digest: string): string => `blobs/${digest.replace(":", "/")}`;
  await writeJson(`${work}/manifest.json`, [
    { Config: blob(config.digest), RepoTags: [name], Layers: layers.map(({ digest }) => blob(digest)) },
  ]);
  const names = ["blobs", "index.json", "manifest.json", "oci-layout"];
  await run(context, [
    ...TAR,
    "--mode=u=rwX,go=rX",
    "--create",
    `--file=${archive}`,
    `--directory=${work}`,
    ...names,
  ]);
  return manifest.digest;
}

/**
 * The image's configuration. It sets no user: the agent is root on its node, with the capabilities of its
 * pod.
 */
function configOf({ layers, identity, epoch }: Layout): unknown {
  const created = new Date(epoch * 1000).toISOString();
  const { version, commit, modified } = identity;
  return {
    created,
    architecture: "amd64",
    os: "linux",
    config: {
      Env: ["PATH=/usr/bin"],
      Entrypoint: [`/${NATRA}`],
      Cmd: ["--help"],
      Labels: {
        "org.opencontainers.image.title": "natra",
        "org.opencontainers.image.description":
          "Holds Kubernetes pods to their bandwidth annotations, and keeps their small flows quick",
        "org.opencontainers.image.licenses": "Apache-2.0",
        "org.opencontainers.image.revision": modified ? `${commit}, with changes` : commit,
        "org.opencontainers.image.version": version,
      },
    },
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: [
      { created, created_by: "the C library, licences and mount points, from Debian's packages" },
      { created, created_by: `natra ${version}` },
    ],
  };
}

async function writeBlob(blobs: string, mediaType: string, value: unknown): Promise<Descriptor> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const hash = await sha256(bytes);
  await Deno.writeFile(`${blobs}/${hash}`, bytes);
  return { mediaType, digest: `sha256:${hash}`, size: bytes.length };
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(path, JSON.stringify(value));
}
