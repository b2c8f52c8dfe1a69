/** What the last runs told, kept in build/ for docs/kernels.md. */
import { context } from "../../scripts/build/context.ts";
import type { Plan } from "./plan.ts";
import type { CheckReport } from "./report.ts";

/** What one run told. */
export interface Result {
  readonly kernel: string;
  readonly plan: Plan;
  readonly checks: readonly CheckReport[];
}

/**
 * Keeps a run's result, replacing an earlier one's.
 *
 * @param result what it told
 */
export async function writeResult(result: Result): Promise<void> {
  const path = pathOf(result.kernel, result.plan);
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, JSON.stringify(result));
}

/**
 * Reads a run's result.
 *
 * @param kernel as named in lab/vm/kernels.ts
 * @param plan which run
 * @returns null if there was none
 */
export async function readResult(kernel: string, plan: Plan): Promise<Result | null> {
  try {
    return JSON.parse(await Deno.readTextFile(pathOf(kernel, plan))) as Result;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function pathOf(kernel: string, plan: Plan): string {
  return `${context(false).build}/kernels/results/${kernel}-${plan}.json`;
}
