/**
 * The TypeScript as one minified entry and its chunks: build/bundle/. Modules behind `import()` stay separate
 * files, because V8 spends time on all that it loads: one file with 300 KB of unused modules in it starts 12
 * ms later than an entry that does not load them.
 *
 * The bundler's own minifier is not used: it turns `using lock = f(); if (lock === null) …` into `if (f() ===
 * null) …`, and the lock is never released. esbuild, which the bundler contains, runs a second time, only to
 * shorten names and to remove white space.
 */
import type { Context } from "./context.ts";
import { run } from "./run.ts";
import type { Input } from "./stamp.ts";
import { filesBelow } from "./stamp.ts";
import type { Step } from "./step.ts";

/** For a browser: for Deno each file would first load the emulation of Node, which takes a millisecond. */
const BUNDLE = "--quiet --code-splitting --platform browser".split(" ");
const SHORTEN = [
  "npm:esbuild@0.25.5",
  "--minify-whitespace",
  "--minify-identifiers",
  "--format=esm",
  "--target=esnext",
  "--allow-overwrite",
  "--log-level=warning",
];

/** The step that bundles main.ts. */
export function bundleStep(context: Context): Step {
  const directory = bundleDirectory(context);
  const bundle = [Deno.execPath(), "bundle", ...BUNDLE, "--outdir", directory, "main.ts"];
  const shorten = [Deno.execPath(), "run", "--quiet", "--allow-all", ...SHORTEN, `--outdir=${directory}`];
  return {
    name: "bundle",
    outputs: [`${directory}/main.js`],
    inputs: () => [
      { value: [Deno.version.deno, ...bundle, ...shorten].join("\n") },
      ...["main.ts", "deno.json", "deno.lock"].map((name) => ({ file: `${context.root}/${name}` })),
      ...["src", "ffi"].flatMap((room) => filesBelow(`${context.root}/${room}`, isShipped)).map((
        file,
      ): Input => ({ file })),
    ],
    run: async () => {
      // Chunks are named by their content, so old ones would stay.
      await Deno.remove(directory, { recursive: true }).catch(ignoreMissing);
      await run(context, bundle);
      const chunks = filesBelow(directory, (path) => path.endsWith(".js"));
      await run(context, [...shorten, ...chunks]);
      const bytes = chunks.reduce((sum, path) => sum + Deno.statSync(path).size, 0);
      return `build/bundle/main.js and ${chunks.length - 1} chunks (${Math.ceil(bytes / 1024)} KiB)`;
    },
  };
}

/** The directory of the bundle, and of the files that the executable reads beside its modules. */
export function bundleDirectory(context: Context): string {
  return `${context.build}/bundle`;
}

function isShipped(path: string): boolean {
  return !path.endsWith("_test.ts");
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
