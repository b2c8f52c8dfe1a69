/** Finds and runs the tools of the build. */
import type { Context } from "./context.ts";

/** How to run a command. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** The command is killed after this time; by default it may run forever. */
  readonly timeoutMs?: number;
}

/** A tool, and a fingerprint that differs between its versions. */
export interface Tool {
  readonly path: string;
  readonly fingerprint: string;
}

/**
 * Runs a command to its end.
 *
 * @param command The executable and its arguments.
 * @returns What it wrote to stdout.
 * @throws {Error} If it cannot be started, fails, or takes too long; the message ends with its stderr.
 */
export async function run(
  context: Context,
  command: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const [path = "", ...args] = command;
  if (context.verbose) report(`  + ${command.join(" ")}`);
  const signal = options.timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(options.timeoutMs) };
  const { cwd = context.root } = options;
  const env = { NO_COLOR: "1", ...options.env };
  const child = new Deno.Command(path, { args, cwd, env, stdin: "null", ...signal });
  const { success, code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(
      `Cannot run "${command.slice(0, 2).join(" ")}": exit status ${code}\n${
        decoder.decode(stderr).trimEnd()
      }`,
    );
  }
  return decoder.decode(stdout);
}

/**
 * Finds an executable. Its fingerprint is its path, size and time: calling each tool with --version would
 * take longer than the rest of a build with nothing to do.
 *
 * @param name A name to look for in PATH, or a path.
 * @throws {Error} If there is none.
 */
export function tool(name: string): Tool {
  const candidates = name.includes("/")
    ? [name]
    : (Deno.env.get("PATH") ?? "").split(":").map((dir) => `${dir}/${name}`);
  for (const path of candidates) {
    try {
      const { size, mtime } = Deno.statSync(path);
      return { path, fingerprint: `${Deno.realPathSync(path)} ${size} ${mtime?.getTime() ?? 0}` };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error(`Cannot find "${name}": run scripts/setup.sh`);
}

/** Writes one line to stdout, to show progress. */
export function report(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
