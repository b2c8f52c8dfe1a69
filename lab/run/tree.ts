/** What there is to check in the project's tree. */

const NOT_OURS = /^(\.git|node_modules|fixtures)$/;

/** The files of tests in the directories below tests/ and lab/, as paths below the project's root. */
export function testFiles(root: string): string[] {
  return ["tests", "lab"].flatMap((room) => filesBelow(`${root}/${room}`))
    .filter((path) => path.endsWith("_test.ts")).map((path) => path.slice(root.length + 1))
    .filter((path) => path.split("/").length > 2); // a file right below is one of the unit tests
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
