/**
 * Writes src/natra/datapath/layout.ts from the object's BTF: `deno task layout [--check]`. With --check it
 * only compares.
 */
import { parseArgs } from "@std/cli/parse-args";
import { bpfStep } from "./build/bpf.ts";
import { context } from "./build/context.ts";
import { report } from "./build/run.ts";
import { runStep } from "./build/step.ts";
import { generateLayout, layoutDifference, layoutPath } from "./layout/generate.ts";

const args: { check: boolean; verbose: boolean } = parseArgs(Deno.args, { boolean: ["check", "verbose"] });
const here = context(args.verbose);

await runStep(here, bpfStep(here));
if (args.check) {
  const difference = await layoutDifference(here);
  if (difference !== undefined) {
    report(difference);
    Deno.exit(1);
  }
  report(`${layoutPath} matches the object`);
} else {
  await Deno.writeTextFile(`${here.root}/${layoutPath}`, await generateLayout(here));
  report(`${layoutPath} written`);
}
