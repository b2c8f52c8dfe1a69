/** The programs that `bench:add` measures, and those it measures with. */
import { compileStep, embedded } from "../../../scripts/build/compile.ts";
import { context } from "../../../scripts/build/context.ts";
import { runStep } from "../../../scripts/build/step.ts";
import { compileOnce } from "../../../tests/rig/tools.ts";

/** Paths of the bench's own programs. */
export interface Programs {
  /** Nothing, compiled as natra is. */
  readonly empty: string;
  /** Measures a process: cost.c. */
  readonly cost: string;
  /** Measures the kernel's own attaching: tcx.c. */
  readonly tcx: string;
}

/**
 * Makes what is not there yet.
 *
 * @returns where the programs are
 * @throws {Error} if a compiler fails, or natra has not been built
 */
export async function preparePrograms(): Promise<Programs> {
  const { root, build } = context(false);
  const directory = `${build}/bench`;
  const compileC = (name: string): Promise<string> => {
    const source = new URL(`./${name}.c`, import.meta.url).pathname;
    const command = (output: string): string[] => [
      ...["gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-o", output, source],
    ];
    return compileOnce({ sources: [source], target: `${directory}/${name}`, command });
  };
  return {
    empty: await prepareEmpty(root, build, directory),
    cost: await compileC("cost"),
    tcx: await compileC("tcx"),
  };
}

/** By the build's own last step, so that it cannot differ in a flag or in the runtime. */
async function prepareEmpty(root: string, build: string, directory: string): Promise<string> {
  await Deno.mkdir(`${directory}/bundle`, { recursive: true });
  await Deno.writeTextFile(`${directory}/bundle/main.js`, "");
  // What natra's executable carries beside its modules, the empty one carries too: both are as large.
  for (const name of embedded.filter((file) => file !== "version.json")) {
    await Deno.copyFile(`${build}/${name}`, `${directory}/${name}`);
  }
  const step = compileStep({ ...context(false), root, build: directory });
  await runStep({ ...context(false), root, build: directory }, { ...step, name: "empty program" });
  return step.outputs[0]!;
}
