/** The version in deno.json and the commit, for `natra version`. */
import type { Context } from "./context.ts";
import { run } from "./run.ts";

/**
 * Describes the tree that is built, without time and machine, so that the same commit gives the same bytes.
 *
 * @returns JSON: version, commit ("unknown" outside a git work tree), and whether the tree differs from the
 * commit.
 * @throws {Error} If deno.json has no version.
 */
export async function versionOf(context: Context): Promise<string> {
  const { version } = JSON.parse(await Deno.readTextFile(`${context.root}/deno.json`));
  if (typeof version !== "string") throw new Error(`Cannot find a version in deno.json: got "${version}"`);
  try {
    const commit = await run(context, ["git", "rev-parse", "--short=12", "HEAD"]);
    const changes = await run(context, ["git", "status", "--porcelain"]);
    return JSON.stringify({ version, commit: commit.trim(), modified: changes !== "" });
  } catch {
    return JSON.stringify({ version, commit: "unknown", modified: false });
  }
}
