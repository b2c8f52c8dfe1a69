import type { Command } from "./subcommand.ts";
import { type Options, OUTPUT, outputFormat } from "./options.ts";
import { print, printJson, UsageError } from "./output.ts";

/** `natra version` */
export const command: Command = {
  usage: "[--licenses [NAME…]] [-o json|table]",
  about: `Prints the version, the commit it was built from, and the version of the embedded Deno runtime. With
--licenses it lists the components of the executable, with their origins and licences; with NAMEs from that
list it prints the texts of those licences (all: of every component).`,
  options: [{ name: "licenses", about: "list the components inside, and their licences" }, OUTPUT],
  words: { name: "NAME", max: Infinity, complete: ["all"] },
  run: version,
};

/** The version of this executable. When natra runs from source there is no commit. */
export function describeBuild(): { version: string; commit: string; modified: boolean; deno: string } {
  const { deno } = Deno.version;
  try {
    const text = Deno.readTextFileSync(new URL("./version.json", import.meta.url));
    const { version, commit, modified }: { version: string; commit: string; modified: boolean } = JSON.parse(
      text,
    );
    return { version, commit, modified, deno };
  } catch {
    return { version: "source", commit: "unknown", modified: true, deno };
  }
}

async function version(options: Options): Promise<number> {
  if (options.flag("licenses")) return await showLicences(options);
  if (options.words.length > 0) throw new UsageError("natra version takes names only after --licenses");
  const natra = describeBuild();
  if (outputFormat(options) === "json") printJson(natra);
  else {
    const commit = natra.modified ? `${natra.commit}, with changes` : natra.commit;
    print(`natra ${natra.version} (${commit}), Deno ${natra.deno}`);
  }
  return 0;
}

async function showLicences(options: Options): Promise<number> {
  const { embeddedComponents, selectComponents } = await import("./licences.ts");
  const all = embeddedComponents();
  const chosen = options.words.length === 0 ? all : selectComponents(all, options.words);
  if (outputFormat(options) === "json") printJson(chosen);
  else if (options.words.length > 0) {
    for (const { name, version, licence, text } of chosen) print(`${name} ${version}: ${licence}\n\n${text}`);
  } else {
    const { formatTable } = await import("./table.ts");
    const columns = ["NAME", "VERSION", "LICENCE", "FROM"].map((head) => ({ head }));
    print(
      formatTable(columns, all.map(({ name, version, licence, from }) => [name, version, licence, from])),
    );
  }
  return 0;
}
