/** How the processes of a whole run are told from all others. */

/**
 * The variable that every program of a run has in its environment: the run, and behind a slash the part that it
 * belongs to.
 */
export const MARK = "NATRA_TEST_RUN";

/**
 * The processes of a run, or of a part of it, except this one.
 *
 * @param mark the value of {@linkcode MARK}, or what stands there before a slash
 */
export function marked(mark: string): number[] {
  const isOurs = (variable: string): boolean =>
    variable === `${MARK}=${mark}` || variable.startsWith(`${MARK}=${mark}/`);
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => pid > 0)
    .filter((pid) => {
      try {
        return pid !== Deno.pid && Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0").some(isOurs);
      } catch { // it has ended meanwhile, or is another user's
        return false;
      }
    });
}

/** The whole run that this process is a part of, as {@linkcode marked} takes it; null: none. */
export function ownRun(): string | null {
  return Deno.env.get(MARK)?.split("/")[0] ?? null;
}
