/** What every client is put through. */
import { FREEING_MS, leftovers, type Objects, reachable } from "../rig/leftovers.ts";
import { outcomeOf } from "../rig/run.ts";
import type { Notebook } from "../rig/clients/findings.ts";
import { endsOf, HELD_BOTH_WAYS, heldBy, measurePassage } from "../rig/clients/held.ts";
import { PLAIN, POD_KINDS, type PodKind } from "../rig/clients/kinds.ts";
import { LOG_FILE, orderKill, wasKilled, writeList } from "../rig/clients/network.ts";
import type { RunningPod, Runtime } from "../rig/clients/runtime.ts";

/** What scenarios work with. */
export interface Stage {
  readonly runtime: Runtime;
  /** Path of natra's executable. */
  readonly natra: string;
}

/** Pods of a kind, told from each other. */
function spec(kind: PodKind, name: string): { name: string; annotations: PodKind["annotations"] } {
  return { name, annotations: kind.annotations };
}

/** Every kind of pod: held as it asks for, and let go without a trace. */
export async function everyKind({ runtime }: Stage, notebook: Notebook): Promise<void> {
  for (const kind of POD_KINDS) {
    const logged = (await log()).length;
    const pod = await runtime.run(spec(kind, kind.name));
    const programs = await heldBy(pod);
    const wanted = kind.cap === null ? [] : HELD_BOTH_WAYS;
    notebook.expect(`${programs}` === `${wanted}`, `pod "${kind.name}" has "${programs}", not "${wanted}"`);
    notebook.expect(
      (await log()).slice(logged).includes(kind.logged),
      `the log of "${kind.name}" lacks "${kind.logged}"`,
    );
    if (kind.cap !== null) await expectRate(pod, kind.cap, notebook);
    const known = await objectsOf([pod]);
    await runtime.stop(pod);
    await runtime.stop(pod);
    await expectNothing(known, notebook, `after pod "${kind.name}"`);
    await runtime.remove(pod);
  }
}

async function expectRate(pod: RunningPod, cap: number, notebook: Notebook): Promise<void> {
  for (const direction of ["ingress", "egress"] as const) {
    const { percent, isHeld } = await measurePassage(pod, direction, cap);
    notebook.notes.push(`${pod.name} ${direction} ${percent} of ${cap / 1e6}M`);
    notebook.expect(isHeld, `${pod.name} ${direction} got ${percent} of its cap`);
  }
}

/** A DEL when the namespace is gone already. */
export async function lostNamespace({ runtime, natra }: Stage, notebook: Notebook): Promise<void> {
  const pod = await runtime.run(spec(PLAIN, "lost"));
  const known = await objectsOf([pod]);
  await runtime.loseNamespace(pod);
  await runtime.stop(pod);
  await runtime.stop(pod);
  await runtime.remove(pod);
  await reconcileAndExpectNothing(natra, known, notebook);
}

/** natra killed half-way through an ADD: only this may fail a pod, and only this one. */
export async function killedAdd({ runtime, natra }: Stage, notebook: Notebook): Promise<void> {
  await orderKill("natra");
  const failure = await runtime.run(spec(PLAIN, "killed")).then(() => null, (error: Error) => error.message);
  notebook.expect(await wasKilled(), "natra was not killed");
  notebook.expect((failure === null) === runtime.retries, `starting the pod ended in "${failure}"`);
  await runtime.clear();
  const pod = await runtime.run(spec(PLAIN, "after-killed"));
  notebook.expect(`${await heldBy(pod)}` === `${HELD_BOTH_WAYS}`, "the next pod is not held");
  const known = await objectsOf([pod]);
  await runtime.clear();
  await reconcileAndExpectNothing(natra, known, notebook);
}

/** The client killed half-way through an ADD. */
export async function killedRuntime({ runtime, natra }: Stage, notebook: Notebook): Promise<void> {
  if (runtime.pid === null) {
    notebook.notes.push("nothing of it outlives a call");
    return;
  }
  const before = await runtime.run(spec(PLAIN, "before-crash"));
  const known = await objectsOf([before]);
  await orderKill(runtime.pid);
  await runtime.run(spec(PLAIN, "crashed")).catch(() => {}); // that it says so is no finding
  notebook.expect(await wasKilled(), "the client was not killed");
  await runtime.restart();
  notebook.expect(`${await heldBy(before)}` === `${HELD_BOTH_WAYS}`, "a pod lost its limit by the crash");
  await outcomeOf([natra, "reconcile"]);
  notebook.expect(`${await heldBy(before)}` === `${HELD_BOTH_WAYS}`, "a pod lost its limit by reconcile");
  const after = await runtime.run(spec(PLAIN, "after-crash"));
  notebook.expect(`${await heldBy(after)}` === `${HELD_BOTH_WAYS}`, "the next pod is not held");
  await runtime.clear();
  await reconcileAndExpectNothing(natra, known, notebook);
}

/** Another list between ADD and DEL: natra attaches otherwise, or is not in it any more. */
export async function changedList({ runtime, natra }: Stage, notebook: Notebook): Promise<void> {
  const changes = [{ attach: "clsact", pacer: "police" }, null] as const;
  for (const [index, change] of changes.entries()) {
    await runtime.readList(await writeList({}));
    const pod = await runtime.run(spec(PLAIN, `changed-${index}`));
    const known = await objectsOf([pod]);
    await runtime.readList(await writeList(change));
    await runtime.stop(pod);
    await runtime.remove(pod);
    await reconcileAndExpectNothing(natra, known, notebook);
  }
  await runtime.readList(await writeList({}));
}

/**
 * Many pods.
 *
 * @param stage what to work with
 * @param notebook takes down what is found
 * @param count how many
 * @param together all at once, or one after the other
 */
export async function manyPods(
  stage: Stage,
  notebook: Notebook,
  count: number,
  together: boolean,
): Promise<void> {
  const { runtime, natra } = stage;
  const live = async (index: number): Promise<RunningPod> => {
    const pod = await runtime.run(spec(PLAIN, `many-${index}`));
    const programs = await heldBy(pod);
    notebook.expect(
      `${programs}` === `${HELD_BOTH_WAYS}`,
      `pod ${index} has "${programs}": ${await errorsAbout(pod)}`,
    );
    return pod;
  };
  const end = async (pod: RunningPod): Promise<void> => {
    await runtime.stop(pod);
    await runtime.remove(pod);
  };
  const numbers = Array.from({ length: count }, (_, index) => index);
  if (together) {
    const pods = await Promise.all(numbers.map(live));
    const known = await objectsOf(pods);
    await Promise.all(pods.map(end));
    return await reconcileAndExpectNothing(natra, known, notebook);
  }
  for (const index of numbers) await end(await live(index));
  await reconcileAndExpectNothing(natra, { programs: new Set(), maps: new Set() }, notebook);
}

async function objectsOf(pods: readonly RunningPod[]): Promise<Objects> {
  return await reachable((await Promise.all(pods.map(endsOf))).flat());
}

async function reconcileAndExpectNothing(natra: string, known: Objects, notebook: Notebook): Promise<void> {
  const { code, stdout, stderr } = await outcomeOf([natra, "reconcile"]);
  notebook.expect(code === 0, `reconcile: exit ${code}, "${(stdout + stderr).trim()}"`);
  await expectNothing(known, notebook, "after reconcile");
}

async function expectNothing(known: Objects, notebook: Notebook, when: string): Promise<void> {
  const left = await leftovers([], known, FREEING_MS);
  for (const [kind, names] of Object.entries(left)) notebook.expectNone(names, `${when}: ${kind}`);
}

/** What natra says of a pod that it could not hold. */
async function errorsAbout({ id, name }: RunningPod): Promise<string> {
  const about = (line: string): boolean => line.includes(id) || line.includes(name);
  return (await log()).split("\n").filter((line) => line.includes('"error"') && about(line)).join("\n");
}

async function log(): Promise<string> {
  return await Deno.readTextFile(LOG_FILE).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
}
