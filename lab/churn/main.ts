/** `deno task test:churn`. */
import { checkSurroundings, print, runProgram } from "../../tests/rig/cli.ts";
import { findNatra } from "../../tests/rig/places.ts";
import { JSON_FILE, NATRA_FILE, type Program, type Values, wholeNumber } from "../../tests/rig/options.ts";
import { RigError } from "../../tests/rig/run.ts";
import { draw, problems } from "./report.ts";
import { runChurn } from "./run_churn.ts";

const OPTIONS = {
  pods: wholeNumber({ about: "how many pods live and die", min: 1, max: 60_000, default: 1000 }),
  workers: wholeNumber({ about: "how many at a time", min: 1, max: 64, default: 8 }),
  seed: wholeNumber({ about: "decides what is killed and forgotten", min: 0, max: 999_999, default: 1 }),
  json: JSON_FILE,
  natra: NATRA_FILE,
};

const CHURN: Program<typeof OPTIONS> = {
  command: "deno task test:churn",
  about: `Adds and deletes pods on a node of its own, kills one call in ten at a random moment, never
sends one DEL in twenty, reconciles once, and reports what is left: nothing of natra's may be,
and everything else must be.`,
  options: OPTIONS,
  notes: "Exit status: 0 all is well; 1 it is not; 2 bad usage.",
};

async function testChurn(options: Values<typeof OPTIONS>): Promise<void> {
  await checkSurroundings();
  const { pods, workers, seed } = options;
  const report = await runChurn({ pods, workers, seed, natra: await findNatra(options.natra) });
  print(draw(report));
  if (options.json) await Deno.writeTextFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  const found = problems(report).length;
  if (found > 0) throw new RigError(`Failed: ${found} problems`);
}

if (import.meta.main) Deno.exit(await runProgram(CHURN, ({ options }) => testChurn(options)));
