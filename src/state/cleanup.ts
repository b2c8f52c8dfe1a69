/** Removes directories if they are empty. In a container they may be mount points: then they stay. */
export function removeEmptyDirectories(directories: readonly string[]): void {
  for (const directory of directories) {
    try {
      Deno.removeSync(directory);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.Busy) continue;
      if (/not empty/i.test(String(error))) continue;
      throw error;
    }
  }
}
