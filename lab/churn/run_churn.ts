/** A run of the churn, from outside its node. */
import { runOnOwnNode } from "../../tests/rig/own_node.ts";
import type { ChurnOptions } from "./churn.ts";
import type { Report } from "./report.ts";

const NODE = new URL("./node.ts", import.meta.url).pathname;

/**
 * Makes a node, runs the churn on it, and removes all of it.
 *
 * @param options how much
 * @returns what was found
 * @throws {Interrupted} when the process is told to stop
 * @throws {RigError} if the run breaks down
 */
export async function runChurn(options: ChurnOptions): Promise<Report> {
  return await runOnOwnNode<Report>({ name: "the churn", script: NODE, request: options });
}
