/** Measuring mixes on this machine. */
import { checkSurroundings, print, say } from "../../../tests/rig/cli.ts";
import { DEFAULT_CONGESTION_CONTROL } from "../../../tests/rig/pod.ts";
import { prepareTools } from "../../../tests/rig/tools.ts";
import {
  describeMachine,
  findNatra,
  findPeer,
  type Machine,
  machineLine,
} from "../../../tests/rig/places.ts";
import { Progress } from "../progress.ts";
import { type ContenderId, prepareContenders } from "./contenders.ts";
import { type MixResult, type Run, runMix, WARMUP_SECONDS } from "./run_mix.ts";

/** About how long a measurement takes beside its traffic: making a pod, removing it. */
const OVERHEAD_SECONDS = 2;

/** What is to be measured here. */
export interface Order {
  readonly runs: readonly Run[];
  readonly contenders: readonly ContenderId[];
  /** Path of natra's executable. */
  readonly natra: string;
}

/** Measurements that have not begun yet. Disposing of it removes natra's log. */
export interface Measuring extends AsyncDisposable {
  readonly machine: Machine;
  /** Why some of the contenders cannot be measured here. */
  readonly missing: readonly string[];
  /**
   * @throws {RigError} if something cannot be measured @throws {Interrupted} when the process is told to stop
   */
  results(): AsyncGenerator<MixResult>;
}

/**
 * Gets ready to measure, and prints where.
 *
 * @throws {RigError} if natra is not built, or this machine cannot measure
 */
export async function prepareHere({ runs, contenders: wanted, natra: path }: Order): Promise<Measuring> {
  await checkSurroundings();
  const natra = await findNatra(path);
  const log = await Deno.makeTempFile({ prefix: "natra-bench-" });
  const { contenders, missing } = await prepareContenders(wanted, { natra, log, bandwidth: findPeer });
  for (const reason of missing) say(`skipped: ${reason}\n`);
  const machine = describeMachine();
  print(`${machineLine(machine)}; congestion control ${DEFAULT_CONGESTION_CONTROL}\n`);
  return {
    ...{ machine, missing },
    [Symbol.asyncDispose]: () => Deno.remove(log),
    async *results(): AsyncGenerator<MixResult> {
      const longest = Math.max(...runs.map(({ seconds }) => seconds));
      const tools = await prepareTools({
        directory: new URL("../../../build/rig", import.meta.url).pathname,
        meterSeconds: WARMUP_SECONDS + longest + OVERHEAD_SECONDS,
      });
      const seconds = runs.flatMap((run) =>
        Array<number>(run.rounds * contenders.length).fill(secondsOf(run))
      );
      using progress = new Progress(seconds, Deno.stderr.isTerminal(), say);
      for (const run of runs) yield await runMix(run, contenders, tools, progress);
    },
  };
}

/** About how long each measurement of a run takes. */
export function secondsOf(run: Run): number {
  return WARMUP_SECONDS + run.seconds + OVERHEAD_SECONDS;
}
