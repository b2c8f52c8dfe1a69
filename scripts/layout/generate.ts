/** Generates src/natra/datapath/layout.ts for the object in build/. */
import type { Context } from "../build/context.ts";
import { run } from "../build/run.ts";
import { readBtf } from "./btf.ts";
import { render } from "./render.ts";

/** The generated module, in the repository. */
export const layoutPath = "src/natra/datapath/layout.ts";

/**
 * Generates the module from build/natra.bpf.o.
 *
 * @returns TypeScript, formatted as `deno fmt` would.
 * @throws {Error} If the object has not been built or has a type that cannot be shared.
 */
export async function generateLayout(context: Context): Promise<string> {
  const module = render(await readBtf(context, `${context.build}/natra.bpf.o`));
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, module);
    await run(context, [Deno.execPath(), "fmt", "--quiet", "--config", `${context.root}/deno.json`, file]);
    return await Deno.readTextFile(file);
  } finally {
    await Deno.remove(file);
  }
}

/**
 * Compares the committed module with the object.
 *
 * @returns The first line that differs, and what to do; undefined if none differs.
 */
export async function layoutDifference(context: Context): Promise<string | undefined> {
  const wanted = (await generateLayout(context)).split("\n");
  const committed = (await Deno.readTextFile(`${context.root}/${layoutPath}`).catch(() => "")).split("\n");
  const at = wanted.findIndex((line, index) => line !== committed[index]);
  if (at < 0 && wanted.length === committed.length) return undefined;
  const line = at < 0 ? wanted.length : at;
  return `Cannot trust ${layoutPath}: line ${line + 1} is "${committed[line] ?? ""}", the object says ` +
    `"${wanted[line] ?? ""}"; run "deno task layout"`;
}
