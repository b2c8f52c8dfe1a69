/** A client's scenarios, from outside its node. */
import { programs } from "../e2e/programs.ts";
import { orInterruption } from "../rig/interruption.ts";
import { ownGroup, RigError } from "../rig/run.ts";
import { ownCgroup, sweepCgroups } from "./cgroups.ts";
import type { Finding } from "./findings.ts";
import type { NodeRequest } from "./node.ts";

const NODE_SETUP = new URL("./node.sh", import.meta.url).pathname;
const NODE = new URL("./node.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/**
 * Makes a node, runs a client on it, and removes all of it.
 *
 * @param request which client, and how much
 * @returns what was found
 * @throws {Interrupted} when the process is told to stop
 * @throws {RigError} if the run breaks down
 */
export async function runClient(request: Omit<NodeRequest, "cgroup">): Promise<Finding[]> {
  await programs(); // compiled here, where there is a compiler for certain
  await sweepCgroups();
  const own = [
    "--mount",
    "--propagation",
    "private",
    "--net",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
  ];
  const deno = [Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all", `--config=${CONFIG}`];
  const node = JSON.stringify({ ...request, cgroup: ownCgroup() });
  const child = new Deno.Command("unshare", {
    args: [...own, NODE_SETUP, ...deno, NODE, node],
    ...ownGroup,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    const { code, stdout } = await orInterruption(child.output());
    if (code !== 0) throw new RigError(`Failed to run ${request.client}: exit ${code}`);
    return JSON.parse(new TextDecoder().decode(stdout)) as Finding[];
  } finally {
    end(child);
    await child.status;
    await sweepCgroups();
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
