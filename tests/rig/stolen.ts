/**
 * What the host took: a virtual machine's processors are at times not there, and nothing on them happens in time then. HTB keeps a credit
 * of 2 ms, so that what its timers are later than that is lost to the pod, as it would be with any shaper.
 */
import { say } from "./cli.ts";

/** What /proc/stat counts in, in seconds: USER_HZ, a constant of the kernel's interface. */
const TICK_SECONDS = 0.01;

/** Stolen seconds in a second, beyond which what a pod lacks says more of the host than of the limit. */
const MOST_STOLEN = 0.01;

/** Measures, from its making on, for how long the machine's processors were not there. */
export class Stolen {
  readonly #stolen = stolenSeconds();
  readonly #since = performance.now();

  /** @returns seconds that all processors together were away in each second; 0 on a machine that is not virtual */
  share(): number {
    return (stolenSeconds() - this.#stolen) / ((performance.now() - this.#since) / 1000);
  }
}

/**
 * A lower bound, as far as the machine was there to reach it. An upper bound needs none of this: nobody is faster for having been away.
 *
 * @param least what is asked of a machine that is there, in whatever unit
 * @param stolen what {@linkcode Stolen.share} gave
 * @returns `least`, or 0 if the host took more than a hundredth of a processor, which is said on stderr
 */
export function leastWhile(least: number, stolen: number): number {
  const note = stolenNote(stolen);
  if (note === null) return least;
  say(`${note}: not asked for at least ${least}\n`);
  return 0;
}

/**
 * Says what the host took, where it is so much that figures tell of the host.
 *
 * @param stolen what {@linkcode Stolen.share} gave
 * @returns the note, or null
 */
export function stolenNote(stolen: number): string | null {
  return stolen <= MOST_STOLEN ? null : `the host took ${(stolen * 100).toFixed(0)} % of a processor`;
}

function stolenSeconds(): number {
  return stolenTicks(Deno.readTextFileSync("/proc/stat")) * TICK_SECONDS;
}

/**
 * Finds the stolen time.
 *
 * @param stat text of /proc/stat
 * @returns ticks of all processors together since boot
 * @throws {Error} if there is none
 */
export function stolenTicks(stat: string): number {
  const ticks = /^cpu +(?:\d+ ){7}(\d+)/m.exec(stat)?.[1];
  if (ticks === undefined) throw new Error("/proc/stat does not say what was stolen");
  return Number(ticks);
}
