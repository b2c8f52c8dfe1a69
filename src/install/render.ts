import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { quote } from "../base/log/quote.ts";
import { InstallError } from "./error.ts";
import { EXECUTABLE, renderedName } from "./names.ts";
import { type Original, RENDERED_FROM } from "./list.ts";

/** What is added to a list. This room does not know what the plugin does. */
export interface ChainedPlugin {
  /** The plugin's entry, but for its type: capabilities, and what this main plugin needs. @param types of the list's plugins */
  entryFor(types: readonly string[]): JsonObject;
  /** Types of plugins that do the same: the entry takes the place of the first, and the others go. */
  readonly replaces: readonly string[];
  /** Keys that the entry takes over from the one whose place it takes. */
  readonly inherits: readonly string[];
  /** Versions of CNI that it speaks. */
  readonly versions: readonly string[];
}

/** A list to be written. */
export interface Rendered {
  readonly name: string;
  readonly text: string;
  /** Permissions: the original's, since it may hold what not everybody is to read. */
  readonly mode: number;
}

/**
 * The original with natra in it; nothing else of it changes.
 *
 * @returns null if it has natra already: somebody else takes care of it.
 * @throws {InstallError} If natra cannot be added to it: pods would not start.
 */
export function render(original: Original, plugin: ChainedPlugin): Rendered | null {
  const { list, plugins } = original;
  const types = plugins.map(({ type }) => String(type));
  if (calls(list)) return null;
  const refuse = (why: string): never => {
    throw new InstallError(`Cannot add natra to the list ${quote(original.name, 255)}: ${why}`);
  };
  const version = list.cniVersion ?? "0.1.0"; // what the specification takes a missing one for
  if (!plugin.versions.some((spoken) => spoken === version)) {
    return refuse(`its cniVersion is ${quote(String(version))}, natra speaks ${plugin.versions.join(", ")}`);
  }
  // The runtimes' own rule; natra asks for it, too.
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(String(list.name))) {
    return refuse(`${quote(String(list.name))} cannot be a network's name`);
  }
  const name = renderedName(original.name);
  if (name === null) return refuse("no name comes before its own");
  const text = JSON.stringify({ ...list, plugins: chain(original, types, plugin) }, null, 2);
  return { name, text: `${text}\n`, mode: original.mode };
}

/** Whether natra is in it, also as a plugin that another one calls: Multus copies lists into its own. */
export function calls(value: JsonValue | undefined): boolean {
  if (Array.isArray(value)) return value.some(calls);
  return isJsonObject(value) && (value.type === EXECUTABLE || Object.values(value).some(calls));
}

function chain({ name, plugins }: Original, types: readonly string[], plugin: ChainedPlugin): JsonValue[] {
  const isReplaced = ({ type }: JsonObject): boolean => plugin.replaces.includes(String(type));
  const replaced = plugins.find(isReplaced);
  const inherited = Object.entries(replaced ?? {}).filter(([key]) => plugin.inherits.includes(key));
  const entry: JsonObject = {
    type: EXECUTABLE,
    ...plugin.entryFor(types),
    ...Object.fromEntries(inherited),
    [RENDERED_FROM]: name,
  };
  if (replaced === undefined) return [...plugins, entry];
  return plugins.flatMap((other) => other === replaced ? [entry] : isReplaced(other) ? [] : [other]);
}
