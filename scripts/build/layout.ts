/** Checks that the TypeScript matches the memory layout of this very object. */
import { layoutDifference, layoutPath } from "../layout/generate.ts";
import type { Context } from "./context.ts";
import type { Input } from "./stamp.ts";
import { filesBelow } from "./stamp.ts";
import type { Step } from "./step.ts";

/**
 * The step that compares src/natra/datapath/layout.ts with the object. It does not write: the module is
 * committed.
 */
export function layoutStep(context: Context): Step {
  return {
    name: "layout",
    outputs: [],
    inputs: () => [
      { file: `${context.build}/natra.bpf.o` },
      { file: `${context.root}/${layoutPath}` },
      ...filesBelow(`${context.root}/scripts/layout`, (path) => path.endsWith(".ts")).map((file): Input => ({
        file,
      })),
    ],
    run: async () => {
      const difference = await layoutDifference(context);
      if (difference !== undefined) throw new Error(difference);
      return `${layoutPath} matches the object`;
    },
  };
}
