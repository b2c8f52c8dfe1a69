import type { Command } from "./commands.ts";
import { type Options, OUTPUT, outputFormat } from "./options.ts";
import { print, printJson } from "./output.ts";

/** `natra version` */
export const command: Command = {
  usage: "[-o json|table]",
  about: "Prints the version, the commit it was built from, and the Deno runtime inside.",
  options: [OUTPUT],
  run: version,
};

/** Which natra this is. Run from source it has no commit of its own. */
function describe(): { version: string; commit: string; modified: boolean; deno: string } {
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

function version(options: Options): number {
  const natra = describe();
  if (outputFormat(options) === "json") printJson(natra);
  else {
    const commit = natra.modified ? `${natra.commit}, with changes` : natra.commit;
    print(`natra ${natra.version} (${commit}), Deno ${natra.deno}`);
  }
  return 0;
}
