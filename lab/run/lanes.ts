/**
 * Runs jobs in their order, a few at a time.
 *
 * @param width how many at a time
 * @returns when all that began have ended; after one has failed no more begin
 * @throws what the first that failed threw
 */
export async function runInLanes<T>(
  jobs: readonly T[],
  width: number,
  run: (job: T) => Promise<void>,
): Promise<void> {
  const waiting = jobs.values();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (const job of waiting) {
      if (failures.length > 0) return;
      try {
        await run(job);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  if (failures.length > 0) throw failures[0];
}
