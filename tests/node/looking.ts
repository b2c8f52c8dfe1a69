/** What the node's tool says of a pod, as its JSON has it. */
import { assertEquals } from "@std/assert";
import type { Figures } from "../../src/natra/commands/top/figures.ts";
import type { Scene } from "../rig/scene.ts";
import { pause } from "../rig/interruption.ts";
import { RigError } from "../rig/run.ts";

/** What `natra top` says of the scene's pod. */
export async function topOf(scene: Scene, ...args: string[]): Promise<Figures> {
  const { code, stdout, stderr } = await scene.tool(
    "top",
    scene.pod.containerId,
    "--once",
    "-o",
    "json",
    ...args,
  );
  assertEquals([code, stderr], [0, ""]);
  return JSON.parse(stdout) as Figures;
}

const MOST_TRIES = 240;

/**
 * Asks until the answer is as wanted.
 *
 * @param ask what to ask
 * @param isWanted whether that is it
 * @returns the answer
 * @throws {RigError} that quotes the last answer, if none was
 */
export async function eventually<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  let answer = await ask();
  for (let tries = 0; tries < MOST_TRIES && !isWanted(answer); tries++) {
    await pause(250);
    answer = await ask();
  }
  if (isWanted(answer)) return answer;
  throw new RigError(`Failed to get another answer than ${JSON.stringify(answer)}`);
}
