/** The rounds of `bench:add`. */
import { pause } from "../../../tests/rig/interruption.ts";
import { Pod } from "../../../tests/rig/pod.ts";
import { type Case, type CaseId, runCase } from "./cases.ts";
import type { Cost } from "./cost.ts";
import { type MapMemory, measureAttaching, measureMaps } from "./kernel.ts";
import type { Programs } from "./programs.ts";

/** What was measured, a value for each round. */
export interface AddResult {
  readonly costs: ReadonlyMap<CaseId, readonly Cost[]>;
  /** Milliseconds that the kernel took to attach to three tcx hooks. */
  readonly attaching: readonly number[];
  /** The maps of one direction. */
  readonly maps: Readonly<Record<"ingress" | "egress", readonly MapMemory[]>>;
}

/** Rounds before those that count: files come into the page cache, code into the processor's. */
export const WARMUP_ROUNDS = 3;
/** The kernel takes a removed namespace apart in the background, under the lock that an ADD needs. */
const SETTLE_MS = 300;

/**
 * Measures all cases in every round. Each round begins with another case, and all of its pods are there
 * before the first and until after the last: making or removing one would disturb the next measurement.
 *
 * @param cases what to measure
 * @param programs the bench's programs
 * @param rounds how many count
 * @param onRound told the number of each round, from 0; the warm-up's are negative
 * @returns the figures
 * @throws {Interrupted} when the process is told to stop
 * @throws {RigError} if something cannot be measured
 */
export async function runAdd(
  cases: readonly Case[],
  programs: Programs,
  rounds: number,
  onRound: (round: number) => void,
): Promise<AddResult> {
  const costs = new Map<CaseId, Cost[]>(cases.map(({ id }) => [id, []]));
  const attaching: number[] = [];
  const maps: { ingress: MapMemory[]; egress: MapMemory[] } = { ingress: [], egress: [] };
  for (let round = -WARMUP_ROUNDS; round < rounds; round++) {
    onRound(round);
    await using stack = new AsyncDisposableStack();
    const pods: Pod[] = [];
    for (let i = 0; i <= cases.length; i++) pods.push(stack.use(await Pod.create()));
    await pause(SETTLE_MS);
    for (const place of cases.keys()) {
      const index = (round + WARMUP_ROUNDS + place) % cases.length;
      const measured = cases[index]!;
      const pod = pods[index]!;
      const cost = await runCase(measured, programs.cost, pod, async () => {
        if (measured.id !== "clsact" || round >= 0) return;
        maps.ingress = await measureMaps(pod, "ingress");
        maps.egress = await measureMaps(pod, "egress");
      });
      if (round >= 0) costs.get(measured.id)!.push(cost);
    }
    const attached = await measureAttaching(programs.tcx, pods[cases.length]!);
    if (round >= 0) attaching.push(attached);
  }
  return { costs, attaching, maps };
}
