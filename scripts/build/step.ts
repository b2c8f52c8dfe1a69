/** A step of the build, and how steps are run. */
import type { Context } from "./context.ts";
import { report } from "./run.ts";
import { type Input, isFresh, keyOf, writeStamp } from "./stamp.ts";

/** One step: its inputs, its outputs, and its action. */
export interface Step {
  readonly name: string;
  /** The files it makes. */
  readonly outputs: readonly string[];
  /** Everything whose change makes it run again: sources, tools, flags. */
  inputs(): readonly Input[] | Promise<readonly Input[]>;
  /** Makes the outputs. Its result is shown at the end of the step's line. */
  run(): Promise<string | void>;
}

/**
 * Runs a step unless nothing has changed since its last run, and prints one line either way.
 *
 * @throws {Error} If the step fails.
 */
export async function runStep(context: Context, step: Step): Promise<void> {
  const stamp = `${context.build}/.stamps/${step.name.replaceAll(" ", "-")}`;
  const begin = performance.now();
  const line = (text: string) =>
    report(
      `${step.name.padEnd(16)} ${((performance.now() - begin) / 1000).toFixed(2).padStart(6)} s  ${text}`,
    );

  if (isFresh(stamp, await keyOf(await step.inputs()), step.outputs)) return line("nothing changed");
  const note = await step.run();
  // Read again: a step may find its inputs while it runs, as a compiler lists the headers that it has read.
  writeStamp(stamp, await keyOf(await step.inputs()), step.outputs);
  line(note || describe(context, step.outputs));
}

function describe(context: Context, outputs: readonly string[]): string {
  return outputs
    .map((output) =>
      `${output.replace(`${context.root}/`, "")} (${Math.ceil(Deno.statSync(output).size / 1024)} KiB)`
    )
    .join(", ");
}
