/** The npm packages in the executable: those that main.ts imports, lazily or not, and the page's. */
import type { Context } from "../build/context.ts";
import { run } from "../build/run.ts";
import { filesBelow } from "../build/stamp.ts";
import type { Component } from "../../src/cli/licences.ts";
import type { Manifest } from "./manifest.ts";
import { licenceText } from "./texts.ts";

/** The entries, which are bundled separately. */
const ENTRIES = ["main.ts", "src/natra/page/browser/main.ts"];

/** A package of npm in one version. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
}

/** The part of the output of `deno info --json FILE` that is used. */
interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly npmPackage?: string;
    /** Only `code` exists at run time: an `import type` has only a `type`. */
    readonly dependencies?: readonly { readonly code?: { readonly specifier?: string } }[];
  }[];
  readonly redirects: Readonly<Record<string, string>>;
  readonly npmPackages: Readonly<Record<string, NpmPackage & { readonly dependencies: readonly string[] }>>;
}

/**
 * Lists the packages that the entries reach, and what those depend on, without types.
 *
 * @returns Packages, sorted by name.
 */
export async function embeddedPackages(
  context: Context,
  entries: readonly string[] = ENTRIES,
): Promise<NpmPackage[]> {
  const wanted = new Map<string, NpmPackage>();
  for (const entry of entries) {
    const graph: Graph = JSON.parse(await run(context, [Deno.execPath(), "info", "--json", entry]));
    const visit = (id: string): void => {
      const found = graph.npmPackages[id];
      if (found === undefined) throw new Error(`Cannot find the package "${id}" in deno info's answer`);
      if (wanted.has(id)) return;
      wanted.set(id, { name: found.name, version: found.version });
      found.dependencies.forEach(visit);
    };
    const imported = graph.modules.flatMap(({ dependencies = [] }) =>
      dependencies.flatMap(({ code }) => code?.specifier ?? [])
    );
    const loaded = new Set(imported.map((specifier) => graph.redirects[specifier] ?? specifier));
    for (const { specifier, npmPackage } of graph.modules) {
      if (npmPackage !== undefined && loaded.has(specifier)) visit(npmPackage);
    }
  }
  return [...wanted.values()].toSorted((a, b) => a.name < b.name ? -1 : 1);
}

/**
 * The npm packages in the executable, with their licences.
 *
 * @returns Components, sorted by name.
 * @throws {Error} If a package has no entry in the manifest, a different licence, or no text.
 */
export async function npmComponents(context: Context, manifest: Manifest): Promise<Component[]> {
  const cache = await npmCache(context);
  return (await embeddedPackages(context)).map(({ name, version }) => {
    const licence = manifest.npm[name];
    const directory = `${cache}/${name}/${version}`;
    const { license } = JSON.parse(Deno.readTextFileSync(`${directory}/package.json`));
    if (licence === undefined || licence !== license) {
      throw new Error(
        `Cannot embed "${name}" ${version}: its licence is "${license}", and third_party/components.json says ${
          licence === undefined ? "nothing about it" : `"${licence}"`
        }`,
      );
    }
    const place = manifest.npmTexts[name];
    const text = place === undefined ? textIn(directory) : licenceText(context, place);
    const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
    return { name, version, licence, from: "npm", purl, text };
  });
}

/** Where Deno keeps packages: in a directory with the registry's name. */
async function npmCache(context: Context): Promise<string> {
  const { npmCache }: { npmCache: string } = JSON.parse(
    await run(context, [Deno.execPath(), "info", "--json"]),
  );
  const [registry] = [...Deno.readDirSync(npmCache)].filter(({ isDirectory }) => isDirectory);
  if (registry === undefined) {
    throw new Error(`Cannot find npm packages in "${npmCache}": run scripts/setup.sh`);
  }
  return `${npmCache}/${registry.name}`;
}

function textIn(directory: string): string {
  const names = filesBelow(
    directory,
    (path) => /^(licen[cs]e|copying)[^/]*$/i.test(path.slice(directory.length + 1)),
  );
  if (names.length === 0) {
    throw new Error(`Cannot find the text of a licence in "${directory}": add it to npmTexts`);
  }
  return names.map((path) => Deno.readTextFileSync(path)).join("\n");
}
