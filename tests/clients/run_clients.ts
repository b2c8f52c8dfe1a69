/** A client's scenarios, from outside its node. */
import { runOnOwnNode } from "../rig/own_node.ts";
import { ownCgroup, sweepCgroups } from "../rig/clients/cgroups.ts";
import type { Finding } from "../rig/clients/findings.ts";
import type { NodeRequest } from "./node.ts";

const NODE_SETUP = new URL("../rig/clients/node.sh", import.meta.url).pathname;
const NODE = new URL("./node.ts", import.meta.url).pathname;

/**
 * Makes a node, runs a client on it, and removes all of it.
 *
 * @param request which client, and how much
 * @returns what was found
 * @throws {Interrupted} when the process is told to stop
 * @throws {RigError} if the run breaks down
 */
export async function runClient(request: Omit<NodeRequest, "cgroup">): Promise<Finding[]> {
  await sweepCgroups();
  const node: NodeRequest = { ...request, cgroup: ownCgroup() };
  try {
    return await runOnOwnNode({ name: request.client, script: NODE, request: node, prepare: [NODE_SETUP] });
  } finally {
    await sweepCgroups();
  }
}
