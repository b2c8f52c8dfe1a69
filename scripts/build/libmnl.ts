/**
 * libmnl: Debian's own 27 KB library, copied. Debian 12's needs glibc 2.14; a build on a system whose copy needs more than the
 * runtime does fails here, rather than on an old node.
 */
import type { Context } from "./context.ts";
import { requireOldGlibc } from "./glibc.ts";
import type { Step } from "./step.ts";

/**
 * The step that makes build/libmnl.so.
 *
 * @param context The build's context.
 * @returns The step.
 */
export function libmnlStep(context: Context): Step {
  const source = `/usr/lib/${Deno.build.arch}-linux-gnu/libmnl.so.0`;
  const library = `${context.build}/libmnl.so`;
  return {
    name: "libmnl.so",
    outputs: [library],
    inputs: () => [{ file: source }],
    run: async () => {
      await requireOldGlibc(context, source);
      await Deno.copyFile(source, library);
    },
  };
}
