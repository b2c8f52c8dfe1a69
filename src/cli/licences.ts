/** What is inside the executable, and under which licences: build/licences.json, which the build embeds. */
import { UsageError } from "./output.ts";

/** One thing inside the executable. */
export interface Component {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** Where it comes from, in words. */
  readonly from: string;
  /** Its package URL, where it has one. */
  readonly purl?: string;
  /** The texts of its licences. */
  readonly text: string;
}

/**
 * Reads the embedded list.
 *
 * @returns Components, natra first.
 * @throws {Error} If there is none, because natra runs from source.
 */
export function embeddedComponents(): readonly Component[] {
  let text: string;
  try {
    text = Deno.readTextFileSync(new URL("./licences.json", import.meta.url));
  } catch (cause) {
    throw new Error("Cannot list licences: only a built executable contains them", { cause });
  }
  return JSON.parse(text);
}

/**
 * Picks components by name.
 *
 * @param names Names as the list has them, in any case; `all` means everything.
 * @returns The chosen components, in the list's order.
 * @throws {UsageError} If a name is unknown.
 */
export function selectComponents(all: readonly Component[], names: readonly string[]): readonly Component[] {
  const wanted = names.map((name) => name.toLowerCase());
  const known = (name: string): boolean =>
    name === "all" || all.some((one) => one.name.toLowerCase() === name);
  const unknown = wanted.find((name) => !known(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `Unknown component ${JSON.stringify(unknown)}: natra version --licenses lists them`,
    );
  }
  return all.filter(({ name }) => wanted.includes("all") || wanted.includes(name.toLowerCase()));
}
