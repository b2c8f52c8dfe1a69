/** Work of which only so much is done at once. */

/**
 * Starts jobs in their order, a few at a time.
 *
 * @param jobs what to do
 * @param width how many at once
 * @returns a promise for each; one that fails does not stop the others
 */
export function startJobs<T>(jobs: readonly (() => Promise<T>)[], width: number): Promise<T>[] {
  const results = jobs.map(() => Promise.withResolvers<T>());
  const waiting = jobs.entries();
  const work = async (): Promise<void> => {
    for (const [i, job] of waiting) {
      try {
        results[i]!.resolve(await job());
      } catch (error) {
        results[i]!.reject(error);
      }
    }
  };
  for (let i = 0; i < width; i++) void work();
  const promises = results.map(({ promise }) => promise);
  for (const promise of promises) promise.catch(() => {}); // a failure is its awaiter's; until then it must not crash the process
  return promises;
}
