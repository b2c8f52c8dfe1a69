/** The bill of materials of an image, as CycloneDX 1.6. */
import type { Component } from "../../src/cli/licences.ts";
import { type DebianPackage } from "./debian.ts";
import { sha256IfThere } from "./hash.ts";
import type { Identity } from "./identity.ts";

/** The image that the bill describes. */
export interface Subject {
  readonly name: string;
  /** The digest of the image's manifest: `sha256:…`. */
  readonly digest: string;
  readonly identity: Identity;
  /** The components of the executable. */
  readonly inside: readonly Component[];
  /** The packages from which the image has files. */
  readonly packages: readonly DebianPackage[];
  /** The executable. */
  readonly natra: string;
  /** Seconds since 1970. */
  readonly epoch: number;
}

/** The licences of the files that are taken, by the packages' copyright files. */
const LICENCES: Readonly<Record<string, string>> = {
  "libc6": "LGPL-2.1-or-later",
  "libgcc-s1": "GPL-3.0-or-later WITH GCC-exception-3.1",
  "gcc-12-base": "GPL-3.0-or-later",
  "base-files": "GPL-2.0-or-later",
};

interface Entry {
  readonly "type": string;
  readonly "bom-ref": string;
  readonly "name": string;
  readonly "version": string;
  readonly [field: string]: unknown;
}

/**
 * Makes the bill.
 *
 * @returns A CycloneDX document, which is the same for the same subject.
 */
export async function sbomOf(subject: Subject): Promise<Record<string, unknown>> {
  const { name, digest, identity: { version }, inside, packages, natra, epoch } = subject;
  const hash = digest.slice("sha256:".length);
  const image = { "type": "container", "bom-ref": "image", name, version, "hashes": hashes(hash) };
  const [executable, ...parts] = inside.map(partEntry);
  if (executable === undefined) {
    throw new Error("Cannot write a bill of materials: natra lists no components");
  }
  const application = {
    ...executable,
    "type": "application",
    "hashes": hashes(await sha256IfThere(natra) ?? ""),
  };
  const debian = packages.map(packageEntry);
  return {
    "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "serialNumber": `urn:uuid:${hash.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-8$3-8$4-$5")}`,
    "version": 1,
    "metadata": { "timestamp": new Date(epoch * 1000).toISOString(), "component": image },
    "components": [application, ...parts, ...debian],
    "dependencies": [
      { "ref": "image", "dependsOn": [application["bom-ref"], ...debian.map((entry) => entry["bom-ref"])] },
      {
        "ref": application["bom-ref"],
        "dependsOn": [...parts.map((entry) => entry["bom-ref"]), "libc6", "libgcc-s1"],
      },
    ],
  };
}

function partEntry({ name, version, licence, from, purl }: Component): Entry {
  return {
    "type": "library",
    "bom-ref": name,
    name,
    version,
    "description": `From ${from}`,
    "licenses": [{ "expression": licence }],
    ...(purl === undefined ? {} : { purl }),
  };
}

function packageEntry({ name, version, source, architecture, sha256 }: DebianPackage): Entry {
  const licence = LICENCES[name];
  if (licence === undefined) throw new Error(`Cannot write a bill of materials: "${name}" has no licence`);
  const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}`;
  return {
    "type": "library",
    "bom-ref": name,
    name,
    version,
    "description": `Some files of Debian's package, whose source package is ${source}`,
    "hashes": hashes(sha256),
    "licenses": [{ "expression": licence }],
    purl,
  };
}

function hashes(sha256: string): readonly { readonly alg: string; readonly content: string }[] {
  return [{ alg: "SHA-256", content: sha256 }];
}
