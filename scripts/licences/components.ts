/** What the executable is made of, and under which licences: third_party/components.json, made concrete. */
import { type Context, pin } from "../build/context.ts";
import { run } from "../build/run.ts";
import type { Component } from "../../src/node/licences.ts";
import { npmComponents } from "./npm.ts";

/** third_party/components.json: what is written by hand. */
export interface Manifest {
  readonly native: readonly NativeEntry[];
  /** The licence of each npm package that is built in. */
  readonly npm: Readonly<Record<string, string>>;
  /** The text's place for npm packages that bring none. */
  readonly npmTexts: Readonly<Record<string, string>>;
  /** Names of deno.json's import map that only tests and scripts import. */
  readonly toolsOnly: readonly string[];
}

interface NativeEntry {
  readonly name: string;
  /** Where its version is found: see versionFinders; or a pin of third_party/versions.env. */
  readonly version: string;
  readonly licence: string;
  readonly from: string;
  readonly purl?: string;
  /** Files: below the repository, below the sources of libbpf's crate, or of the system that builds. */
  readonly texts: readonly string[];
}

/** Reads third_party/components.json. */
export function readManifest(context: Context): Manifest {
  return JSON.parse(Deno.readTextFileSync(`${context.root}/third_party/components.json`));
}

/**
 * Lists what the executable is made of.
 *
 * @param context The build's context.
 * @returns Components: natra first, then native parts, then npm packages by name.
 * @throws {Error} If a version or the text of a licence cannot be found, or an npm package has no entry.
 */
export async function components(context: Context): Promise<Component[]> {
  const manifest = readManifest(context);
  const native = await Promise.all(manifest.native.map(async (entry): Promise<Component> => {
    const { name, licence, from, purl } = entry;
    const version = await versionOf(context, entry.version);
    const text = entry.texts.map((place) => licenceText(context, place)).join(`\n${"-".repeat(78)}\n\n`);
    const url = purl === undefined ? {} : { purl: purl.replace("{version}", encodeURIComponent(version)) };
    return { name, version, licence, from, ...url, text };
  }));
  return [...native, ...await npmComponents(context, manifest)];
}

/**
 * Reads a licence's text.
 *
 * @param context The build's context.
 * @param place `repository/…`, `sources/…` (libbpf's crate) or `system/…`.
 * @returns The text.
 * @throws {Error} If there is none.
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

function sourcesOf(context: Context): string {
  return `${context.cache}/libbpf-${pin(context, "LIBBPF_CRATE_VERSION")}`;
}

/** Where versions are found that are no pins. */
const versionFinders: Readonly<Record<string, (context: Context) => string | Promise<string>>> = {
  "deno.json": ({ root }) => found(`${root}/deno.json`, /"version": "([^"]+)"/),
  deno: () => Deno.version.deno,
  v8: () => Deno.version.v8,
  "with V8": () => `in V8 ${Deno.version.v8}`,
  elfutils: (context) =>
    found(`${sourcesOf(context)}/elfutils/configure.ac`, /AC_INIT\(\[elfutils\],\[([^\]]+)\]/),
  zlib: (context) => found(`${sourcesOf(context)}/zlib/zlib.h`, /ZLIB_VERSION "([^"]+)"/),
  libmnl0: (context) => run(context, ["dpkg-query", "--show", "--showformat", "${Version}", "libmnl0"]),
};

function versionOf(context: Context, where: string): string | Promise<string> {
  const find = Object.hasOwn(versionFinders, where) ? versionFinders[where] : undefined;
  return find === undefined ? pin(context, where) : find(context);
}

function found(path: string, pattern: RegExp): string {
  const [, version] = pattern.exec(Deno.readTextFileSync(path)) ?? [];
  if (version === undefined) throw new Error(`Cannot find a version in "${path}" by ${pattern}`);
  return version;
}
