/** A pod's life, as clumsy runtimes give it one. */
import { callNatra } from "./call.ts";
import { ChurnPod, type Conf } from "./pod.ts";
import type { Random } from "./random.ts";
import type { Tally, Verb } from "./tally.ts";

/** Share of the calls that are killed. */
const KILLED = 0.1;
/** Share of the DELs that are never sent. */
const FORGOTTEN = 0.05;
/** Share of the pods that are looked at once they have their limit. */
const CHECKED = 0.2;

/** What all lives of a run have in common. */
export interface World {
  /** Path of the executable. */
  readonly natra: string;
  readonly tally: Tally;
}

/** A pod whose namespace is there, and what it asked for. */
export interface Living {
  readonly pod: ChurnPod;
  readonly conf: Conf;
}

/**
 * Calls natra for a pod, and counts the call.
 *
 * @param world the run
 * @param pod whose
 * @param verb which
 * @param conf the configuration
 * @param random decides whether and when it is killed; null: it is not
 * @param share of the calls that are killed
 * @returns whether it came to its end
 */
export async function call(
  { natra, tally }: World,
  pod: ChurnPod,
  verb: Verb,
  conf: Conf,
  random: Random | null,
  share = KILLED,
): Promise<boolean> {
  const killAfter = random?.chance(share) ? tally.momentOf(verb, random.next()) : null;
  const stdin = JSON.stringify({ ...conf, prevResult: pod.prevResult });
  const called = await callNatra(natra, pod.environment(verb), stdin, killAfter);
  tally.record(verb, called, verb === "ADD" ? pod.prevResult : undefined);
  return !called.killed;
}

/**
 * A whole life: ADD, perhaps CHECK, DEL, and the end of interface and namespace; each step may be missing.
 *
 * @param world the run
 * @param id the pod's number
 * @param conf what it asks for
 * @param random decides
 * @returns the pod, if its namespace outlives the runtime's interest in it; null if all of it is gone
 */
export async function live(world: World, id: number, conf: Conf, random: Random): Promise<Living | null> {
  const pod = await ChurnPod.create(id);
  const added = await call(world, pod, "ADD", conf, random);
  if (added && random.chance(CHECKED)) await call(world, pod, "CHECK", conf, null);
  if (random.chance(FORGOTTEN)) {
    world.tally.forgotten++;
    // What a killed ADD began must be finished on an interface that is still there.
    if (!added && !await isComplete(pod)) return { pod, conf };
  } else {
    const deleted = await call(world, pod, "DEL", conf, random);
    if (!deleted && random.chance(0.5)) await call(world, pod, "DEL", conf, null);
  }
  await pod.removeInterface();
  if (random.chance(0.1)) return { pod, conf };
  await pod.remove();
  return null;
}

/**
 * Lets a pod go that a reconcile held for good, because its ADD had been cut short while it lived: only the
 * runtime can know that it is of no use any more.
 *
 * @param world the run
 * @param living the pod, and what it asked for
 * @returns whether it was held
 */
export async function letGo(world: World, { pod, conf }: Living): Promise<boolean> {
  if (!await isComplete(pod)) return false;
  await call(world, pod, "CHECK", conf, null);
  await call(world, pod, "DEL", conf, null);
  return true;
}

/**
 * Whether natra holds the pod for good: then only the runtime can know that the pod is of no use any more.
 *
 * @param pod which
 * @returns what its record says
 */
export async function isComplete({ containerId }: ChurnPod): Promise<boolean> {
  try {
    const record = JSON.parse(await Deno.readTextFile(`/run/natra/${containerId}-eth0.json`)) as Conf;
    return record["complete"] === true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
