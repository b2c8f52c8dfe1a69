/** What the node's tool says of a pod, as its JSON has it. */
import { assertEquals } from "@std/assert";
import type { Scene } from "../e2e/scene.ts";
import { pause } from "../rig/interruption.ts";
import { RigError } from "../rig/run.ts";

/** A flow of `natra top -o json`. */
export interface TopFlow {
  readonly direction: "ingress" | "egress";
  readonly protocol: string;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly rate: number;
  readonly share: number;
  readonly bytes: number;
  readonly drops: number;
}

/** A direction of `natra top -o json`. */
export interface TopDirection {
  readonly pod: string;
  readonly direction: "ingress" | "egress";
  readonly limit: number;
  readonly offered: number;
  readonly sent: number | null;
  readonly drops: number;
  readonly classes: Readonly<Record<string, { readonly sent: number; readonly drops: number }>>;
}

/** `natra top --once -o json` */
export interface Top {
  readonly seconds: number;
  readonly directions: readonly TopDirection[];
  readonly flows: readonly TopFlow[];
}

/** What `natra top` says of the scene's pod. */
export async function topOf(scene: Scene, ...args: string[]): Promise<Top> {
  const { code, stdout, stderr } = await scene.tool(
    "top",
    scene.pod.containerId,
    "--once",
    "-o",
    "json",
    ...args,
  );
  assertEquals([code, stderr], [0, ""]);
  return JSON.parse(stdout) as Top;
}

const MOST_TRIES = 40;

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
