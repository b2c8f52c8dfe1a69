/**
 * The TypeScript as one entry and its chunks: build/bundle/. Modules behind `import()` stay files of their own, because V8 pays
 * for what it is handed: one file with 300 KB of unused modules in it starts 12 ms later than an entry that leaves them alone.
 *
 * Not minified, which would save 2 ms: of `using lock = f(); if (lock === null) …` the minifier makes `if (f() === null) …`, and
 * the lock is never given up.
 */
import type { Context } from "./context.ts";
import { run } from "./run.ts";
import type { Input } from "./stamp.ts";
import { filesBelow } from "./stamp.ts";
import type { Step } from "./step.ts";

/**
 * The step that bundles main.ts.
 *
 * @param context The build's context.
 * @returns The step.
 */
export function bundleStep(context: Context): Step {
  const directory = bundleDirectory(context);
  const command = [
    Deno.execPath(),
    "bundle",
    "--quiet",
    "--code-splitting",
    "--outdir",
    directory,
    "main.ts",
  ];
  return {
    name: "bundle",
    outputs: [`${directory}/main.js`],
    inputs: () => [
      { value: [Deno.version.deno, ...command].join("\n") },
      ...["main.ts", "deno.json", "deno.lock"].map((name) => ({ file: `${context.root}/${name}` })),
      ...["src", "ffi"].flatMap((room) => filesBelow(`${context.root}/${room}`, isShipped)).map((
        file,
      ): Input => ({ file })),
    ],
    run: async () => {
      // Chunks are named by their content: old ones would stay.
      await Deno.remove(directory, { recursive: true }).catch(ignoreMissing);
      await run(context, command);
      const chunks = filesBelow(directory, (path) => path.endsWith(".js"));
      const bytes = chunks.reduce((sum, path) => sum + Deno.statSync(path).size, 0);
      return `build/bundle/main.js and ${chunks.length - 1} chunks (${Math.ceil(bytes / 1024)} KiB)`;
    },
  };
}

/**
 * Where the bundle is; what the executable reads beside its modules is put there too.
 *
 * @param context The build's context.
 * @returns A directory.
 */
export function bundleDirectory(context: Context): string {
  return `${context.build}/bundle`;
}

function isShipped(path: string): boolean {
  return !path.endsWith("_test.ts");
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
