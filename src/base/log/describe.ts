/** What an error says, whatever was thrown. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Asks for what may be gone.
 *
 * @param ask Asks the file system.
 * @returns Its answer; `otherwise` where there is no such file or directory.
 * @throws {Error} Whatever else the file system says.
 */
export function ifThere<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return otherwise;
    throw error;
  }
}
