/** The executable build/natra: the bundle, the files that it reads at run time, and Deno's runtime. */
import { bundleDirectory } from "./bundle.ts";
import { type Context, pin } from "./context.ts";
import { report, run } from "./run.ts";
import type { Input } from "./stamp.ts";
import { filesBelow } from "./stamp.ts";
import type { Step } from "./step.ts";
import { versionOf } from "./version.ts";

/**
 * The permissions of natra. Paths cannot be restricted: a runtime names the network namespace, the log file
 * and the CNI directories. It runs one program, the one that it has just installed, at any path. It gets no
 * system information. The network is for `natra agent`, which serves HTTP and uses the Kubernetes API at any
 * address. Without all permissions Deno refuses to open files in /proc and /sys (but not bpffs), so those few
 * are read through libc.
 */
const permissions = [
  "--allow-ffi",
  "--allow-read",
  "--allow-write",
  "--allow-net",
  "--allow-run",
  "--allow-env=CNI_*,NATRA_*,NODE_NAME,KUBERNETES_SERVICE_*,DENO_TLS_CA_STORE,NO_COLOR,FORCE_COLOR,TERM",
  "--no-prompt",
];

/**
 * No code cache, because it would be read from a predictable path below $TMPDIR, even if another user owns
 * that. V8's young generation may not grow to 48 MiB: an agent that lists 1,000 pods would need 112 MiB, and
 * needs 95 with this limit. A pod's start takes as long with it as without.
 */
const flags =
  "--quiet --no-check --no-config --no-lock --no-remote --no-npm --no-code-cache --v8-flags=--max-semi-space-size=2"
    .split(" ");

/**
 * The files that the executable contains beside its modules, and reads with new URL("./NAME",
 * import.meta.url).
 */
export const embedded: readonly string[] = [
  "natra.bpf.o",
  "libbpf.so",
  "libwatchdog.so",
  "licences.json",
  "page.json",
  "version.json",
];

/** How long `deno compile` may take if it has to fetch the runtime itself. */
const FETCH_TIMEOUT_MS = 120_000;

/** The step that makes build/natra. */
export function compileStep(context: Context): Step {
  const bundle = bundleDirectory(context);
  const executable = `${context.build}/natra`;
  const libraries = embedded.filter((name) => name !== "version.json").map((name) =>
    `${context.build}/${name}`
  );
  return {
    name: "natra",
    outputs: [executable],
    inputs: async () => [
      { value: [Deno.version.deno, ...flags, ...permissions, ...embedded].join("\n") },
      { value: await versionOf(context) },
      ...filesBelow(bundle, (path) => path.endsWith(".js")).map((file): Input => ({ file })),
      ...libraries.map((file): Input => ({ file })),
    ],
    run: async () => {
      await Deno.writeTextFile(`${bundle}/version.json`, await versionOf(context));
      for (const library of libraries) {
        await Deno.copyFile(library, `${bundle}/${library.slice(library.lastIndexOf("/") + 1)}`);
      }
      const included = embedded.flatMap((name) => ["--include", `${bundle}/${name}`]);
      const output = ["--output", executable, `${bundle}/main.js`];
      return await compile(context, [...flags, ...permissions, ...included, ...output]);
    },
  };
}

/**
 * Prefers the runtime that set-up verified: `deno compile` would fetch the same bytes, and wait long if it
 * cannot.
 */
async function compile(context: Context, args: readonly string[]): Promise<string> {
  const runtime = `${context.cache}/denort-${pin(context, "DENO_VERSION")}/denort`;
  if (await hasSha256(runtime, pin(context, "DENORT_SHA256"))) {
    await run(context, [Deno.execPath(), "compile", ...args], { env: { DENORT_BIN: runtime } });
    return "build/natra on the verified runtime in the cache";
  }
  report("  no verified runtime in the cache: deno compile fetches one");
  try {
    await run(context, [Deno.execPath(), "compile", ...args], { timeoutMs: FETCH_TIMEOUT_MS });
  } catch (error) {
    throw new Error(
      "Cannot compile without a runtime: run scripts/setup.sh, which has a second source for it",
      {
        cause: error,
      },
    );
  }
  return "build/natra on the runtime that deno compile fetched";
}

async function hasSha256(file: string, hash: string): Promise<boolean> {
  try {
    const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(file));
    return new Uint8Array(digest).toHex() === hash;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
