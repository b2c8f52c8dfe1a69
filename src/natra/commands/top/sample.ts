import type { Applied } from "../../datapath/record.ts";
import type { Counters, Flow, QueueStats } from "../../datapath/datapath.ts";
import { type Direction, DIRECTIONS } from "../../../pod/direction.ts";
import { reportFailure } from "../pods.ts";

/** The counters of one direction of one pod at one moment. */
export interface DirectionSample {
  readonly applied: Applied;
  readonly direction: Direction;
  /** ms, of performance.now(). */
  readonly at: number;
  readonly counters: Counters;
  /** null: its queue is gone. */
  readonly queue: QueueStats | null;
  readonly flows: readonly Flow[];
}

/** By {@linkcode sampleKey}. */
export type Sample = ReadonlyMap<string, DirectionSample>;

/** Identifies a direction on the node. */
export function sampleKey({ containerId, ifname }: Applied, direction: Direction): string {
  return `${containerId} ${ifname} ${direction}`;
}

/** Reads the pods' counters, queues and heavy flows. What cannot be read is left out and reported. */
export async function takeSample(
  pods: readonly Applied[],
  onFailure: (applied: Applied, error: unknown) => void = reportFailure,
): Promise<Sample> {
  const { readAllQueues, readCounters, readFlows } = await import("../../datapath/datapath.ts");
  const queues = readAllQueues(pods, onFailure);
  const sample = new Map<string, DirectionSample>();
  for (const applied of pods) {
    for (const direction of DIRECTIONS) {
      if (applied[direction] === null) continue;
      try {
        const counters = readCounters(applied, direction);
        const flows = readFlows(applied, direction);
        if (counters === null || flows === null) continue; // it is going away
        const queue = queues.get(applied)?.[direction] ?? null;
        const at = performance.now();
        sample.set(sampleKey(applied, direction), { applied, direction, at, counters, queue, flows });
      } catch (error) {
        onFailure(applied, error);
      }
    }
  }
  return sample;
}
