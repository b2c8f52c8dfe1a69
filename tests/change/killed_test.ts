/**
 * Any native call of `natra limit` gone wrong. SIGKILL: reconcile finishes what was wanted. An error: the pod
 * is held as it was before. And DEL leaves nothing.
 */
import { assert, assertEquals } from "@std/assert";
import { annotated, annotations, NATRA } from "../rig/scene.ts";
import { describeFault, type Fault, injected } from "../rig/faults/injector.ts";
import { assertDeleted, assertGone } from "../rig/faults/judge.ts";
import { faults, isLong, places } from "../rig/faults/plan.ts";
import { Stage } from "../rig/faults/stage.ts";
import { needsRootAnd, testIf } from "../rig/needs.ts";
import type { Outcome } from "../rig/run.ts";

const missing = needsRootAnd("natra");
const KILLED = 128 + 9;
const ATTACH = ["tcx", "clsact"] as const;

/** Calls `natra limit` in the stage's room. @returns How it ended, and which native calls it made. */
async function limit(stage: Stage, fault: Fault | null): Promise<Outcome & { calls: string[] }> {
  const { scene, room, injector } = stage;
  const log = `${scene.directory}/calls`;
  const wrap = [...room.enter, ...injected(injector, log, fault)];
  const args = ["limit", scene.pod.containerId, "--ingress", "20M", "--egress", "off"];
  const outcome = await scene.pod.node.outcomeOf([...wrap, NATRA, ...args]);
  const calls = (await Deno.readTextFile(log)).split("\n").filter((line) => line !== "" && line !== "!");
  await Deno.remove(log);
  return { ...outcome, calls };
}

/** Whether the record says that something is wanted which is not done. */
async function isBegun({ scene, room }: Stage): Promise<boolean> {
  const text = await room.sh('cat "/run/natra/$1-eth0.json"', scene.pod.containerId);
  return (JSON.parse(text) as { complete: boolean }).complete === false;
}

/**
 * Asserts that CHECK finds the pod held to what it was, or to what was wanted. @returns Whether it is the
 * latter.
 */
async function isChanged(stage: Stage, attach: string): Promise<boolean> {
  const held = async (ingress: string, egress: string | null): Promise<boolean> =>
    (await stage.call("CHECK", { attach, ...annotated(annotations(ingress, egress)) })).code === 0;
  if (await held("20M", null)) return true;
  assert(await held("10M", "10M"), "it is held to neither");
  return false;
}

/** The short form takes one call in so many. */
const STRIDE = 6;

/** Tries faults on a pod that is held to 10M, and has it deleted each time. */
async function strikeEach(
  t: Deno.TestContext,
  attach: string,
  turn: number,
  choose: (calls: readonly string[]) => readonly Fault[],
  strike: (stage: Stage, fault: Fault) => Promise<void>,
): Promise<void> {
  await using stage = await Stage.create();
  const conf = { attach };
  await stage.call("ADD", conf); // makes what all pods share
  await stage.call("DEL", conf);
  const before = await stage.look();
  await stage.call("ADD", conf);
  const healthy = await limit(stage, null);
  assertEquals(healthy.code, 0, healthy.stderr);
  assertDeleted(await stage.call("DEL", conf));
  await assertGone({ stage, before });
  for (const fault of choose(healthy.calls).filter((_, index) => isLong || index % STRIDE === turn)) {
    await t.step(describeFault(fault), async () => {
      await stage.call("ADD", conf);
      await strike(stage, fault);
      assertEquals((await stage.tool("reconcile")).stdout, "Nothing was left behind.\n");
      assertDeleted(await stage.call("DEL", conf));
      await assertGone({ stage, before });
    });
  }
}

for (const [turn, attach] of ATTACH.entries()) {
  testIf(missing, `reconcile finishes a change with ${attach} that was killed at any native call`, (t) => {
    const kills = (calls: readonly string[]): Fault[] =>
      places(calls, "last").map((place) => ({ ...place, how: "SIGKILL" }));
    return strikeEach(t, attach, turn, kills, async (stage, fault) => {
      assertEquals((await limit(stage, fault)).code, KILLED);
      const begun = await isBegun(stage);
      const reconcile = await stage.tool("reconcile");
      assertEquals(reconcile.code, 0, reconcile.stdout + reconcile.stderr);
      assertEquals(reconcile.stdout.startsWith("finished "), begun, reconcile.stdout);
      assert(await isChanged(stage, attach) || !begun, "what was wanted is not held");
    });
  });

  testIf(
    missing,
    `a change with ${attach} fails at any native call without taking the limit`,
    (t) =>
      strikeEach(t, attach, turn + 2, (calls) => faults(calls, "last"), async (stage, fault) => {
        const { code, stderr } = await limit(stage, fault);
        // What keeps it from going back, for example to its own namespace, is no other process's trouble.
        if (stderr.includes("; restoring the limit before failed: ")) {
          assertEquals((await stage.tool("reconcile")).code, 0);
        }
        assertEquals(await isChanged(stage, attach), code === 0, stderr);
        if (code !== 0) assertEquals([code, stderr.startsWith("natra: ")], [1, true], stderr);
      }),
  );
}
