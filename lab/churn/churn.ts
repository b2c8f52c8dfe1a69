/** The churn itself. It runs on a node of its own: see tests/rig/own_node.ts. */
import { outcomeOf } from "../../tests/rig/run.ts";
import type { Interface } from "../../tests/rig/interface_state.ts";
import { FREEING_MS, leftovers, reachable } from "../../tests/rig/leftovers.ts";
import { letGo, live, type Living, type World } from "./life.ts";
import { SETTINGS, share, type Shared } from "./neighbourhood.ts";
import type { ChurnPod } from "./pod.ts";
import { randomFor } from "./random.ts";
import { figures, type Report } from "./report.ts";
import { Tally } from "./tally.ts";
import { wish } from "./wish.ts";

/** How much, and how. */
export interface ChurnOptions {
  readonly pods: number;
  readonly workers: number;
  readonly seed: number;
  /** Path of natra's executable. */
  readonly natra: string;
}

const LOG = "/var/log/natra.log";
/** Between two runs of reconcile beside the calls. */
const RECONCILE_EVERY = 10;

/**
 * Adds and deletes pods, kills calls, forgets others, and then reconciles once.
 *
 * @param options how much
 * @param onPod told how many pods have lived so far
 * @returns what was found
 */
export async function churn(options: ChurnOptions, onPod: (done: number) => void): Promise<Report> {
  const { pods, workers, seed, natra } = options;
  const tally = new Tally();
  const world: World = { natra, tally };
  const start = performance.now();
  const survivors: Living[] = [];
  let next = 0;
  const work = async (until: number, beside: boolean): Promise<void> => {
    for (let id = next++; id < until; id = next++) {
      const random = randomFor(seed, id);
      const survivor = await live(world, id, wish(random, LOG), random);
      if (survivor !== null) survivors.push(survivor);
      if (beside && id % RECONCILE_EVERY === RECONCILE_EVERY - 1) await reconcileBeside(world);
      onPod(id + 1);
    }
  };
  const workTogether = async (until: number, beside: boolean): Promise<void> => {
    await Promise.all(Array.from({ length: workers }, () => work(until, beside)));
    next = until;
  };
  await workTogether(Math.floor(pods / 2), true);
  // What is left from here on is left to the one reconcile.
  await using owned = new AsyncDisposableStack();
  const beside = shareAll({ natra, tally: new Tally() }, options, owned);
  const [{ shared, failures }] = await Promise.all([beside, workTogether(pods, false)]);
  const seconds = (performance.now() - start) / 1000;

  const living = [...shared, ...survivors];
  const interfaces = living.flatMap(({ pod }) => interfacesOf(pod));
  const known = await reachable(interfaces);
  const before = await leftovers(interfaces, known);
  const reconcileMs = await reconcileAtLast(world);
  let finished = 0;
  for (const one of living) if (await letGo(world, one)) finished++;
  const after = await leftovers(interfaces, known, FREEING_MS);
  const foreign = [];
  for (const { pod, foreign: one } of shared) foreign.push(await one.damage(pod.address));
  for (const { pod } of shared) await pod.remove();
  for (const { pod } of survivors) await pod.remove();
  const { ADD, CHECK, DEL } = tally.verbs;
  return {
    ...{ pods, workers, seed, seconds, before, reconcileMs, after, foreign },
    verbs: { ADD: figures(ADD), CHECK: figures(CHECK), DEL: figures(DEL) },
    forgotten: tally.forgotten,
    reconciled: tally.reconciled,
    finished,
    survivors: survivors.length,
    failures: [...tally.failures, ...failures],
  };
}

/** Pods with others' objects, one after the other. Their calls do not count among those of the churn. */
async function shareAll(
  world: World,
  { pods, seed }: ChurnOptions,
  owned: AsyncDisposableStack,
): Promise<{ shared: readonly Shared[]; failures: readonly string[] }> {
  const shared: Shared[] = [];
  for (const [index, setting] of SETTINGS.entries()) {
    const id = pods + index;
    const one = await share(world, id, setting, LOG, randomFor(seed, id));
    owned.use(one.foreign);
    shared.push(one);
  }
  return { shared, failures: world.tally.failures };
}

/** Those of a pod's two ends that are still there. */
function interfacesOf(pod: ChurnPod): Interface[] {
  if (!pod.hasInterface) return [];
  return [{ name: pod.hostVeth, enter: [] }, { name: "eth0", enter: pod.namespace.enter([]) }];
}

/**
 * An agent's, while others add and delete: it must take nothing that lives, which the CHECKs and DELs would
 * tell.
 */
async function reconcileBeside({ natra, tally }: World): Promise<void> {
  const { code, stdout, stderr } = await outcomeOf([natra, "reconcile"]);
  tally.reconciled++;
  if (code !== 0) {
    tally.failures.push(`reconcile beside the calls: exit ${code}, ${JSON.stringify(stdout + stderr)}`);
  }
}

async function reconcileAtLast({ natra, tally }: World): Promise<number> {
  const start = performance.now();
  const { code, stdout, stderr } = await outcomeOf([natra, "reconcile"]);
  const ms = performance.now() - start;
  if (code !== 0) tally.failures.push(`reconcile: exit ${code}, ${JSON.stringify(stdout + stderr)}`);
  return ms;
}
