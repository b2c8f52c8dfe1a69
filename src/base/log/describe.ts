/** The message of whatever was thrown. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Makes a file system call whose subject may be missing.
 *
 * @returns Its result; `otherwise` if there is no such file or directory.
 * @throws {Error} Any other error of the call.
 */
export function ifThere<T>(call: () => T, otherwise: T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return otherwise;
    throw error;
  }
}
