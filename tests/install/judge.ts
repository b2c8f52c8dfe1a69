/** What must be true of the directory of lists at every moment. */
import { isListName, isRenderedName } from "../../src/install/names.ts";

interface List {
  readonly cniVersion?: unknown;
  readonly name?: unknown;
  readonly plugins: readonly { readonly type: string; readonly renderedFrom?: string }[];
}

/**
 * Judges a list that natra rendered.
 *
 * @param text what is in the file
 * @returns what is wrong with it, in words; empty if it is whole, and natra is in it once
 */
export function judgeRendered(text: string): string[] {
  let list: List;
  try {
    list = JSON.parse(text) as List;
  } catch {
    return [`no JSON: ${JSON.stringify(text.slice(0, 80))}`];
  }
  const types = list.plugins?.map(({ type }) => type) ?? [];
  return [
    ...(typeof list.name === "string" && typeof list.cniVersion === "string" ? [] : ["no name or version"]),
    ...(types[0] === "ptp" ? [] : [`its main plugin is ${types[0]}`]),
    ...(types.filter((type) => type === "natra").length === 1 ? [] : [`natra is not in it once: ${types}`]),
    ...(types.includes("bandwidth") ? ["bandwidth is in it, too"] : []),
  ];
}

/**
 * Judges all that a runtime would read in a directory.
 *
 * @param files name and content
 * @returns what is wrong, in words
 */
export function judgeLists(files: ReadonlyMap<string, string>): string[] {
  return [...files].filter(([name]) => isListName(name)).flatMap(([name, text]) => {
    if (isRenderedName(name)) return judgeRendered(text).map((what) => `${name}: ${what}`);
    try {
      JSON.parse(text);
      return [];
    } catch {
      return [`${name}: no JSON`];
    }
  });
}
