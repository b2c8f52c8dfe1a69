/** Which of natra's native calls are made to fail, and how. */
import { ERRNOS, type Fault } from "./injector.ts";

/** Whether every call is to fail in every way: `deno task test:faults`, for hours when nobody waits. */
export const isLong = Deno.args.includes("--long");

/** Requests for memory come by the hundred: of these, every so many. */
const MEMORY = /^(malloc|calloc|realloc)$/;
const MEMORY_STRIDE = 16;

/** A call by its name and its number among those of that name. */
export interface Place extends Pick<Fault, "call" | "nth"> {
  /** How many calls of any name come before it. */
  readonly at: number;
}

/** Which call of each name a short form takes. */
export type Which = "first" | "last";

/**
 * The calls that are worth a try.
 *
 * @param calls names in the order of a healthy run
 * @param which the short form's choice
 * @param long all
 */
export function places(calls: readonly string[], which: Which, long = isLong): Place[] {
  const seen = new Map<string, number>();
  const all = calls.map((call, at) => {
    const nth = (seen.get(call) ?? 0) + 1;
    seen.set(call, nth);
    return { call, nth, at };
  });
  const chosen = ({ call, nth }: Place): boolean => nth === (which === "first" ? 1 : seen.get(call));
  const strided = ({ call, nth }: Place): boolean => !MEMORY.test(call) || nth % MEMORY_STRIDE === 1;
  return all.filter((place) => chosen(place) || (long && strided(place)));
}

/**
 * Every errno that is worth a try, of every call.
 *
 * @param calls names in the order of a healthy run
 * @param which the short form's choice; it takes another errno each time
 */
export function faults(calls: readonly string[], which: Which, long = isLong): Fault[] {
  return places(calls, which, long).flatMap((place, turn): Fault[] => {
    if (MEMORY.test(place.call)) return [{ ...place, how: "ENOMEM" as const }];
    const chosen = long ? ERRNOS : ERRNOS.slice(turn % ERRNOS.length).slice(0, 1);
    return chosen.map((how) => ({ ...place, how }));
  });
}
