/** Removes directories where nothing is in them. In a container they may be mounted: then they stay, empty. */
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
