/**
 * Makes build/natra: `deno task build [--verbose] [STEP…]`. A step whose inputs have not changed is skipped.
 * With names only those steps run, for example `deno task build bpf`.
 */
import { parseArgs } from "@std/cli/parse-args";
import { bpfStep } from "./build/bpf.ts";
import { bundleStep } from "./build/bundle.ts";
import { compileStep } from "./build/compile.ts";
import { context } from "./build/context.ts";
import { layoutStep } from "./build/layout.ts";
import { libbpfSteps } from "./build/libbpf.ts";
import { licencesStep } from "./build/licences.ts";
import { libwatchdogStep } from "./build/libwatchdog.ts";
import { pageStep } from "./build/page.ts";
import { runStep } from "./build/step.ts";

const args: { verbose: boolean; _: (string | number)[] } = parseArgs(Deno.args, { boolean: ["verbose"] });
const wanted = args._.map(String);
const here = context(args.verbose);

try {
  const steps = [
    bpfStep(here),
    layoutStep(here),
    ...libbpfSteps(here),
    libwatchdogStep(here),
    pageStep(here),
    bundleStep(here),
    licencesStep(here),
    compileStep(here),
  ];
  const unknown = wanted.find((name) => !steps.some((step) => step.name === name));
  if (unknown !== undefined) {
    throw new Error(
      `Unknown step "${unknown}": it must be one of ${steps.map(({ name }) => `"${name}"`).join(", ")}`,
    );
  }
  for (const step of steps) {
    if (wanted.length === 0 || wanted.includes(step.name)) await runStep(here, step);
  }
} catch (error) {
  Deno.stderr.writeSync(new TextEncoder().encode(`build: ${explain(error)}\n`));
  Deno.exit(1);
}

/** An error's message, followed by the messages of its causes. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}\n${explain(error.cause)}`;
}
