/** The C code of the watchdog: build/libwatchdog.so. */
import { symbols } from "../../ffi/libwatchdog.ts";
import type { Context } from "./context.ts";
import { requireOldGlibc } from "./glibc.ts";
import { exportsOnly, linkFlags } from "./libbpf.ts";
import { run } from "./run.ts";
import type { Step } from "./step.ts";
import { oldGlibcCompiler } from "./zig.ts";

const flags = "-Os -fPIC -std=gnu11 -Wall -Wextra -Werror".split(" ");

/**
 * The step that makes build/libwatchdog.so.
 */
export function libwatchdogStep(context: Context): Step {
  const { cc, env, fingerprint } = oldGlibcCompiler(context);
  const source = `${context.root}/ffi/watchdog.c`;
  const library = `${context.build}/libwatchdog.so`;
  const versionScript = `${context.build}/obj/libwatchdog.map`;
  const command = [...cc, ...flags, ...linkFlags("libwatchdog.so", versionScript), "-o", library, source];
  const script = exportsOnly(Object.keys(symbols));
  return {
    name: "libwatchdog.so",
    outputs: [library],
    inputs: () => [{ file: source }, { value: [fingerprint, ...command, script].join("\n") }],
    run: async () => {
      await Deno.mkdir(`${context.build}/obj`, { recursive: true });
      await Deno.writeTextFile(versionScript, script);
      await run(context, command, { env });
      await requireOldGlibc(context, library);
    },
  };
}
