/**
 * A program of this project as one executable, and the rig's programs, for guests that have neither Deno nor
 * a compiler.
 */
import type { Context } from "../../scripts/build/context.ts";
import { run } from "../../scripts/build/run.ts";
import { prepareTools, type Tools } from "../../tests/rig/tools.ts";

const COMPILE_FLAGS =
  "--quiet --no-check --no-config --no-lock --no-remote --no-npm --no-code-cache --allow-all";

/** What becomes one executable. */
export interface GuestProgram {
  /** Its entry, below the project's root. */
  readonly script: string;
  /** A directory of its own for what is made on the way; files to be included are put there first. */
  readonly bundle: string;
  /** Names of files in there that it reads beside itself. */
  readonly included: readonly string[];
  readonly output: string;
}

/**
 * Compiles a script on the runtime that set-up verified, where there is one.
 *
 * @throws {Error} if Deno fails
 */
export async function compileForGuest(here: Context, program: GuestProgram): Promise<void> {
  const { script, bundle, included, output } = program;
  const deno = Deno.execPath();
  await run(here, [deno, "bundle", "--quiet", "--output", `${bundle}/main.js`, script]);
  const runtime = `${here.cache}/denort-${here.pins["DENO_VERSION"]}/denort`;
  const env = await exists(runtime) ? { env: { DENORT_BIN: runtime } } : {};
  const includes = included.flatMap((name) => ["--include", `${bundle}/${name}`]);
  const flags = [...COMPILE_FLAGS.split(" "), ...includes, "--output", output];
  await run(here, [deno, "compile", ...flags, `${bundle}/main.js`], env);
}

/**
 * Compiles the rig's programs so that they depend on nothing in the guest.
 *
 * @param directory where the guest's files are collected: `requests` and `meter.o` are put there
 * @returns the rig's programs as they are on this machine
 */
export async function rigForGuest(here: Context, directory: string): Promise<Tools> {
  const zig = `${here.cache}/zig-${here.pins["ZIG_VERSION"]}/ziglang/zig`;
  const cc = [zig, "cc", "-target", `${Deno.build.arch}-linux-musl`];
  const tools = await prepareTools({ directory: `${here.build}/rig-static`, static: true, cc });
  await Deno.copyFile(tools.requests, `${directory}/requests`);
  await Deno.copyFile(tools.meter, `${directory}/meter.o`);
  return tools;
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}
