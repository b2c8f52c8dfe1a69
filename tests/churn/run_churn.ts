/** A run of the churn, from outside its node. */
import { programs } from "../e2e/programs.ts";
import { orInterruption } from "../rig/interruption.ts";
import { ownGroup, RigError } from "../rig/run.ts";
import type { ChurnOptions } from "./churn.ts";
import { onOwnNode } from "./own_node.ts";
import type { Report } from "./report.ts";

const NODE = new URL("./node.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/**
 * Makes a node, runs the churn on it, and removes all of it.
 *
 * @param options how much
 * @returns what was found
 * @throws {Interrupted} when the process is told to stop
 * @throws {RigError} if the run breaks down
 */
export async function runChurn(options: ChurnOptions): Promise<Report> {
  await programs(); // compiled here, where there is a compiler for certain
  const deno = [Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all", `--config=${CONFIG}`];
  const [program = "", ...args] = onOwnNode([...deno, NODE, JSON.stringify(options)]);
  const child = new Deno.Command(program, {
    args,
    ...ownGroup,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    const { code, stdout } = await orInterruption(child.output());
    if (code !== 0) throw new RigError(`Failed to run the churn: exit ${code}`);
    return JSON.parse(new TextDecoder().decode(stdout)) as Report;
  } finally {
    end(child);
    await child.status;
  }
}

/** With the node's first process everything on the node ends. */
function end(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) { // it has ended by itself
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}
