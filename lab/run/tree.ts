/** What there is to check in the project's tree. */

const NOT_OURS = /^(\.git|node_modules|fixtures)$/;

/** The directories right below tests/ and lab/ that have tests in them, as paths below the project's root. */
export function testDirectories(root: string): string[] {
  const found = ["tests", "lab"].flatMap((room) => filesBelow(`${root}/${room}`))
    .filter((path) => path.endsWith("_test.ts"));
  const first = found.map((path) => path.slice(root.length + 1).split("/").slice(0, 2).join("/"));
  return [...new Set(first)].filter((path) => !path.endsWith(".ts"));
}

/** The shell scripts below a directory, those without a suffix included. @returns Their paths below it. */
export function shellScripts(root: string): string[] {
  return filesBelow(root)
    .filter((path) => !path.startsWith(`${root}/build/`)) // what was made here, unlike tests/build
    .filter((path) => path.endsWith(".sh") || (!/\.[a-z0-9]+$/.test(path) && startsAsShell(path)))
    .map((path) => path.slice(root.length + 1));
}

function startsAsShell(path: string): boolean {
  return /^#!.*\b(ba)?sh\b/.test(Deno.readTextFileSync(path).slice(0, 80));
}

function filesBelow(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].sort((a, b) => a.name < b.name ? -1 : 1).flatMap(
      ({ name, isDirectory, isFile }) => {
        const path = `${directory}/${name}`;
        if (isDirectory) return NOT_OURS.test(name) ? [] : filesBelow(path);
        return isFile ? [path] : [];
      },
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
