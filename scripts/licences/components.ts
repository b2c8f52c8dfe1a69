/**
 * The components of the executable and their licences: third_party/components.json with versions and texts.
 */
import { type Context, pin } from "../build/context.ts";
import type { Component } from "../../src/cli/licences.ts";
import { readManifest } from "./manifest.ts";
import { npmComponents } from "./npm.ts";
import { licenceText, sourcesOf } from "./texts.ts";

/**
 * Lists the components of the executable.
 *
 * @returns natra first, then native parts, then npm packages by name.
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

/** How to find the versions that are not pins. */
const versionFinders: Readonly<Record<string, (context: Context) => string | Promise<string>>> = {
  "deno.json": ({ root }) => found(`${root}/deno.json`, /"version": "([^"]+)"/),
  deno: () => Deno.version.deno,
  v8: () => Deno.version.v8,
  "with V8": () => `in V8 ${Deno.version.v8}`,
  elfutils: (context) =>
    found(`${sourcesOf(context)}/elfutils/configure.ac`, /AC_INIT\(\[elfutils\],\[([^\]]+)\]/),
  zlib: (context) => found(`${sourcesOf(context)}/zlib/zlib.h`, /ZLIB_VERSION "([^"]+)"/),
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
