/** `deno task test:churn`: see HELP in options.ts. */
import { checkWritable } from "../../tests/rig/arguments.ts";
import { checkSurroundings, print, runToEnd } from "../../tests/rig/cli.ts";
import { findNatra } from "../bench/places.ts";
import { RigError } from "../../tests/rig/run.ts";
import { HELP, parseOptions } from "./options.ts";
import { draw, problems } from "./report.ts";
import { runChurn } from "./run_churn.ts";

async function main(): Promise<void> {
  const options = parseOptions(Deno.args);
  if (options.help) return print(HELP);
  await checkSurroundings();
  if (options.json) await checkWritable("json", options.json);
  const { pods, workers, seed } = options;
  const report = await runChurn({ pods, workers, seed, natra: await findNatra(options.natra) });
  print(draw(report));
  if (options.json) await Deno.writeTextFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  const found = problems(report).length;
  if (found > 0) throw new RigError(`Failed: ${found} problems`);
}

if (import.meta.main) Deno.exit(await runToEnd(main));
