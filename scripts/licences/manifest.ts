import type { Context } from "../build/context.ts";

/** third_party/components.json, which is written by hand. */
export interface Manifest {
  readonly native: readonly NativeEntry[];
  /** The licence of each npm package that is built in. */
  readonly npm: Readonly<Record<string, string>>;
  /** The place of the licence's text for npm packages that contain none. */
  readonly npmTexts: Readonly<Record<string, string>>;
  /**
   * Names of deno.json's import map that only tests and scripts import, or that are imported only for types.
   */
  readonly toolsOnly: readonly string[];
}

interface NativeEntry {
  readonly name: string;
  /** Where its version is found: see versionFinders; or a pin of third_party/versions.env. */
  readonly version: string;
  readonly licence: string;
  readonly from: string;
  readonly purl?: string;
  /** Files in the repository, in the sources of libbpf's crate, or on the build system. */
  readonly texts: readonly string[];
}

/** Reads third_party/components.json. */
export function readManifest(context: Context): Manifest {
  return JSON.parse(Deno.readTextFileSync(`${context.root}/third_party/components.json`));
}
