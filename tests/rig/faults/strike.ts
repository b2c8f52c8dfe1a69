/** One fault after the other on the same pod, which is replaced when one of them has spoiled it. */
import { assertEquals } from "@std/assert";
import type { JsonObject } from "../cni.ts";
import { describeFault, type Fault } from "./injector.ts";
import { assertAnswered, assertDeleted, assertGone } from "./judge.ts";
import { Stage } from "./stage.ts";

/** A pod that is not limited, and what limits it in a healthy run. */
export interface Target {
  readonly stage: Stage;
  readonly conf: JsonObject;
  /** What is there without a limit. */
  readonly before: readonly string[];
  /** What is there with it. */
  readonly held: readonly string[];
  /** The native calls of an ADD and of a DEL. */
  readonly calls: Readonly<Record<"ADD" | "DEL", readonly string[]>>;
}

/** Makes a pod, and limits it once in good health. */
async function aim(conf: JsonObject): Promise<Target> {
  const stage = await Stage.create();
  try {
    const before = await stage.look();
    await stage.call("ADD", conf); // makes what all pods share, for example natra's directory
    await stage.call("DEL", conf);
    const add = await stage.call("ADD", conf);
    assertAnswered(stage, add);
    const held = await stage.look();
    const del = await stage.call("DEL", conf);
    assertDeleted(del);
    assertEquals(await stage.look(), before, `a healthy DEL left something: ${del.stderr}`);
    return { stage, conf, before, held, calls: { ADD: add.calls, DEL: del.calls } };
  } catch (error) {
    await stage[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Tries faults, each in a step of its own.
 *
 * @param conf keys of the configuration beside the ordinary ones
 * @param choose the faults, from a healthy run's calls
 * @param strike tries one on a pod without a limit, and leaves it so
 */
export async function strikeEach(
  t: Deno.TestContext,
  conf: JsonObject,
  choose: (calls: Target["calls"]) => readonly Fault[],
  strike: (target: Target, fault: Fault) => Promise<void>,
): Promise<void> {
  let target = await aim(conf);
  try {
    for (const fault of choose(target.calls)) {
      const passed = await t.step(describeFault(fault), async () => {
        await strike(target, fault);
        await assertGone(target);
      });
      if (passed) continue;
      await target.stage[Symbol.asyncDispose]();
      target = await aim(conf);
    }
  } finally {
    await target.stage[Symbol.asyncDispose]();
  }
}
