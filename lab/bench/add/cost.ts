/** One measured call of a plugin. */
import { callCni, type JsonObject } from "../../../tests/rig/cni.ts";
import type { Pod } from "../../../tests/rig/pod.ts";
import { RigError } from "../../../tests/rig/run.ts";

/** What a whole process took: times in milliseconds, memory in bytes. */
export interface Cost {
  /** From just before its fork until it was reaped. */
  readonly wall: number;
  readonly user: number;
  readonly system: number;
  /** Largest resident set. */
  readonly peak: number;
}

/**
 * Calls a plugin's ADD and measures it.
 *
 * @param cost path of the measuring program
 * @param pod for which pod
 * @param binary the plugin, or any program that ignores its input
 * @param conf its configuration
 * @returns what it cost
 * @throws {RigError} if it fails
 */
export async function measureAdd(cost: string, pod: Pod, binary: string, conf: JsonObject): Promise<Cost> {
  const { code, stdout, stderr } = await callCni(pod, binary, "ADD", { conf, under: [cost] });
  const { answer, figures } = splitReport(stdout);
  if (code !== 0 || figures === null || figures.code !== 0) {
    throw new RigError(`Failed to measure "${binary}": exit ${figures?.code ?? code}, "${answer}${stderr}"`);
  }
  const { wall, user, system, peak } = figures;
  return { wall, user, system, peak };
}

/**
 * Tells what the measured program printed from the line behind it.
 *
 * @param stdout both
 * @returns the program's own output, and the figures; null if there are none
 */
export function splitReport(
  stdout: string,
): { readonly answer: string; readonly figures: (Cost & { readonly code: number }) | null } {
  const line = stdout.trimEnd().lastIndexOf("\n") + 1;
  try {
    const figures = JSON.parse(stdout.slice(line)) as Cost & { readonly code: number };
    return { answer: stdout.slice(0, line), figures: typeof figures.wall === "number" ? figures : null };
  } catch {
    return { answer: stdout, figures: null };
  }
}
