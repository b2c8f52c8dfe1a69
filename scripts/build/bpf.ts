/** The BPF object: bpf/natra/natra.bpf.c → build/natra.bpf.o. */
import type { Context } from "./context.ts";
import { run, tool } from "./run.ts";
import type { Input } from "./stamp.ts";
import { filesBelow } from "./stamp.ts";
import type { Step } from "./step.ts";

/**
 * The flags for a BPF object that loads on 5.10: -mcpu=v2 has no newer instructions.
 *
 * @param sourceRoot The directory to leave out of the file names in the object.
 * @returns clang's flags, without source and output.
 */
export function bpfFlags(sourceRoot: string): string[] {
  return [
    ..."-O2 -g -Wall -Werror -target bpf -mcpu=v2".split(" "),
    `-I/usr/include/${Deno.build.arch}-linux-gnu`,
    `-ffile-prefix-map=${sourceRoot}/=`,
    `-fdebug-compilation-dir=.`,
  ];
}

/** The step that compiles the BPF object and removes its debug sections; its BTF stays. */
export function bpfStep(context: Context): Step {
  const source = "bpf/natra/natra.bpf.c";
  const object = `${context.build}/natra.bpf.o`;
  const headers = `${context.build}/.stamps/natra.bpf.d`;
  const clang = tool("clang"), strip = tool("llvm-strip");
  const flags = bpfFlags(context.root);
  return {
    name: "bpf",
    outputs: [object],
    inputs: () => [
      { value: [clang.fingerprint, strip.fingerprint, ...flags].join("\n") },
      ...filesBelow(`${context.root}/bpf`, (path) => /\.[ch]$/.test(path)).map((file): Input => ({ file })),
      ...systemHeaders(headers).map((file): Input => ({ file })),
    ],
    run: async () => {
      await Deno.mkdir(`${context.build}/.stamps`, { recursive: true });
      await run(context, [clang.path, ...flags, "-MD", "-MF", headers, "-c", source, "-o", object]);
      await run(context, [strip.path, "-g", object]);
    },
  };
}

/** The headers outside the repository that clang read, according to the make rule that it wrote. */
function systemHeaders(rule: string): string[] {
  try {
    return Deno.readTextFileSync(rule).split(/[\s\\]+/).filter((word) => word.startsWith("/usr/"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
