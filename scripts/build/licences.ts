/**
 * The components of the executable and their licences, for `natra version --licenses`: build/licences.json.
 */
import { components } from "../licences/components.ts";
import type { Context } from "./context.ts";
import type { Input } from "./stamp.ts";
import { filesBelow } from "./stamp.ts";
import type { Step } from "./step.ts";

/** The step that gathers components and the texts of their licences. */
export function licencesStep(context: Context): Step {
  const target = `${context.build}/licences.json`;
  const files = [
    "main.ts",
    "deno.json",
    "deno.lock",
    "LICENSE",
    "third_party/components.json",
    "third_party/versions.env",
  ];
  const rooms = ["src", "ffi", "bpf/LICENSES", "third_party/licences", "scripts/licences"];
  return {
    name: "licences",
    outputs: [target],
    inputs: () => [
      { value: `${Deno.version.deno} ${Deno.version.v8}` },
      ...files.map((name): Input => ({ file: `${context.root}/${name}` })),
      ...rooms.flatMap((room) => filesBelow(`${context.root}/${room}`, (path) => !path.endsWith("_test.ts")))
        .map((file): Input => ({ file })),
    ],
    run: async () => {
      const all = await components(context);
      await Deno.writeTextFile(target, JSON.stringify(all));
      return `build/licences.json: ${all.length} components`;
    },
  };
}
