/**
 * The agent's page: bundles its script and styles with the chart library for a browser, and puts all its
 * files into build/page.json.
 */
import type { Asset } from "../../src/natra/page/assets.ts";
import type { Context } from "./context.ts";
import { run } from "./run.ts";
import type { Input } from "./stamp.ts";
import { filesBelow } from "./stamp.ts";
import type { Step } from "./step.ts";

/**
 * The bundler's own minifier drops `using` declarations wrongly, but this code has none, which a test checks.
 */
const BUNDLE = "--quiet --platform browser --minify".split(" ");

/** The step that makes the page's files. */
export function pageStep(context: Context): Step {
  const source = `${context.root}/src/natra/page`;
  const directory = `${context.build}/obj/page`;
  const target = `${context.build}/page.json`;
  const bundle = [
    Deno.execPath(),
    "bundle",
    ...BUNDLE,
    "--outdir",
    directory,
    "src/natra/page/browser/main.ts",
  ];
  return {
    name: "page",
    outputs: [target],
    inputs: () => [
      { value: [Deno.version.deno, ...bundle].join("\n") },
      ...["deno.json", "deno.lock"].map((name): Input => ({ file: `${context.root}/${name}` })),
      ...filesBelow(source, (path) => !path.endsWith("_test.ts")).map((file): Input => ({ file })),
    ],
    run: async () => {
      await run(context, bundle);
      const read = (file: string): string => Deno.readTextFileSync(file).trim();
      const files: Readonly<Record<string, Asset>> = {
        "/": { type: "text/html; charset=utf-8", body: read(`${source}/page.html`) },
        "/page.js": { type: "text/javascript; charset=utf-8", body: read(`${directory}/main.js`) },
        "/page.css": { type: "text/css; charset=utf-8", body: read(`${directory}/main.css`) },
        "/icon.svg": { type: "image/svg+xml", body: read(`${source}/icon.svg`) },
      };
      await Deno.writeTextFile(target, JSON.stringify(files));
      const bytes = Object.values(files).reduce((sum, { body }) => sum + body.length, 0);
      return `build/page.json: ${Object.keys(files).length} files (${Math.ceil(bytes / 1024)} KiB)`;
    },
  };
}
