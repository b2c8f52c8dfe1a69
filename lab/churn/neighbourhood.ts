/** Pods with foreign objects on their interfaces, and what natra is made to do there. */
import { Foreign, type ForeignKind } from "./foreign.ts";
import { look } from "../../tests/rig/interface_state.ts";
import { call, isComplete, type Living, type World } from "./life.ts";
import { ChurnPod, type Conf } from "./pod.ts";
import type { Random } from "./random.ts";
import { confFor } from "./wish.ts";

/** A foreign object, and how natra attaches beside it. */
export interface Setting {
  readonly kind: ForeignKind;
  readonly attach: string;
  /** Whether it comes when natra is there already, on a clsact that natra made. */
  readonly late: boolean;
}

/** All that is tried. */
export const SETTINGS: readonly Setting[] = [
  { kind: "tcx", attach: "auto", late: false },
  { kind: "tcx", attach: "clsact", late: true },
  { kind: "clsact", attach: "auto", late: false },
  { kind: "clsact", attach: "clsact", late: false },
  { kind: "clsact", attach: "clsact", late: true },
  { kind: "qdisc", attach: "auto", late: false },
];

const LIMIT = { "kubernetes.io/ingress-bandwidth": "10M", "kubernetes.io/egress-bandwidth": "10M" };
/** Calls after which an ADD that was killed half-way must have been among them. */
const MOST_TRIES = 40;

/** A pod, and what is foreign on it. */
export interface Shared extends Living {
  readonly foreign: Foreign;
  /** How often an ADD of this pod was cut short; the last one is left to reconcile. */
  readonly cutShort: number;
}

/**
 * Makes such a pod, limits it and lets it go several times, and in the end kills an ADD half-way.
 *
 * @param world the run
 * @param id the pod's number
 * @param setting what is foreign
 * @param log natra's log file
 * @param random decides when calls are killed
 * @returns the pod, as reconcile will find it
 */
export async function share(
  world: World,
  id: number,
  setting: Setting,
  log: string,
  random: Random,
): Promise<Shared> {
  const pod = await ChurnPod.create(id);
  const conf = confFor(LIMIT, setting.attach, log);
  if (setting.late) await call(world, pod, "ADD", conf, null);
  const foreign = await Foreign.plant(setting.kind, { name: pod.hostVeth, enter: [] });
  if (setting.late) await call(world, pod, "DEL", conf, null);
  for (let round = 0; round < 2; round++) {
    await call(world, pod, "ADD", conf, random, 0.5);
    await call(world, pod, "DEL", conf, random, 0.5);
  }
  return { pod, conf, foreign, cutShort: await cutAddShort(world, pod, conf, random) };
}

async function cutAddShort(world: World, pod: ChurnPod, conf: Conf, random: Random): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const ended = await call(world, pod, "ADD", conf, random, 1);
    if (!ended && !await isComplete(pod) && await isBegun(pod)) return tries + 1;
    await call(world, pod, "DEL", conf, null);
  }
  world.tally.failures.push(`no ADD of ${MOST_TRIES} could be killed half-way`);
  return 0;
}

/** Whether there is something of natra's on the pod's interface, for reconcile to finish. */
async function isBegun({ hostVeth, namespace }: ChurnPod): Promise<boolean> {
  const ends = [{ name: hostVeth, enter: [] }, { name: "eth0", enter: namespace.enter([]) }];
  for (const { qdiscs, programs } of await Promise.all(ends.map(look))) {
    if (
      qdiscs.some((line) => line.includes(" 6e61: ")) || programs.some(({ name }) => name.startsWith("natra"))
    ) return true;
  }
  return false;
}
