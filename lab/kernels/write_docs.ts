/** Writes docs/kernels.md from the results of the last `deno task test:kernels`. */
import { context } from "../../scripts/build/context.ts";
import { run } from "../../scripts/build/run.ts";
import { KERNELS } from "../vm/kernels.ts";
import { renderDocs, type Results } from "./docs.ts";
import { readResult } from "./results.ts";
import type { CheckReport } from "./report.ts";

/** Where the page is, in the repository. */
const PAGE = "docs/kernels.md";

async function readResults(): Promise<Results> {
  const results = new Map<string, readonly CheckReport[]>();
  for (const { name } of KERNELS) {
    const result = await readResult(name, "all");
    if (result === null) {
      throw new Error(`Cannot write "${PAGE}": kernel "${name}" has no result, run deno task test:kernels`);
    }
    results.set(name, result.checks);
  }
  return results;
}

const here = context(false);
await Deno.writeTextFile(`${here.root}/${PAGE}`, renderDocs(await readResults()));
await run(here, [Deno.execPath(), "fmt", "--quiet", PAGE]);
