/** A run of `bench:status`, from outside its node. */
import { runOnOwnNode } from "../../../tests/rig/own_node.ts";
import { summarize, type Summary } from "../../../tests/rig/stats.ts";
import type { Check } from "../check.ts";
import type { Request, Times } from "./measure.ts";

const NODE = new URL("./measure.ts", import.meta.url).pathname;
/** ms above an empty program, for 1,000 pods. */
const GOAL = 300;

/**
 * Makes a node with many pods, measures on it, and removes all of it.
 *
 * @param request what to measure
 * @returns the times
 * @throws {Interrupted} when the process is told to stop
 * @throws {RigError} if something cannot be measured
 */
export async function runStatus(request: Request): Promise<Times> {
  return await runOnOwnNode<Times>({ name: "the measurement of status", script: NODE, request });
}

/** What a command took: the whole process, and above the empty program of the same round. ms. */
export interface Took {
  readonly name: string;
  readonly wall: Summary;
  readonly above: Summary;
  readonly cpuAbove: Summary;
}

/** Sums up the rounds. */
export function summarizeTimes(times: Times): Took[] {
  return Object.entries(times).map(([name, rounds]) => ({
    name,
    wall: summarize(rounds.map(({ wall }) => wall)),
    above: summarize(rounds.map(({ wall }, round) => wall - (times.empty[round]?.wall ?? 0))),
    cpuAbove: summarize(rounds.map(({ cpu }, round) => cpu - (times.empty[round]?.cpu ?? 0))),
  }));
}

/** Holds `status` against the goal. */
export function judge(all: readonly Took[]): Check {
  const value = all.find(({ name }) => name === "status")?.above.median ?? NaN;
  return { goal: "status above an empty program", value, unit: "ms", limit: `≤ ${GOAL}`, met: value <= GOAL };
}
