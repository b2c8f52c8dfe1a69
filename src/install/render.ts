import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { quote } from "../base/log/quote.ts";
import { InstallError } from "./error.ts";
import { IN_PLACE_OF, type ListFile, type Original, ORIGINAL_TYPES, RENDERED_FROM } from "./list.ts";
import { renderedName } from "./names.ts";

/** A plugin that is added to a list. src/install does not know what the plugin does. */
export interface ChainedPlugin {
  /** Its CNI type, which is its executable's name. */
  readonly type: string;
  /** The rest of its entry: capabilities, and what a main plugin among the list's `types` needs. */
  entryFor(types: readonly string[]): JsonObject;
  /** Types of plugins that do the same: the entry replaces the first of them, and the others are removed. */
  readonly replaces: readonly string[];
  /** Keys that the entry takes over from the plugin whose place it takes. */
  readonly inherits: readonly string[];
  /** Versions of CNI that it supports. */
  readonly versions: readonly string[];
}

/** A list to be written. */
export interface Rendered {
  readonly name: string;
  readonly text: string;
  /** Permissions: the original's, which may contain secrets. */
  readonly mode: number;
  /** The types of its plugins, in their order. */
  readonly types: readonly string[];
}

/**
 * The original with our products in it; nothing else of it changes. A node has one such list, and each
 * product's agent maintains only its own entry.
 *
 * @param plugins Those that this process installs.
 * @param current Our list, or lists, as they are now: entries of other processes and additions of other
 * installers stay.
 * @param called Types that the original calls by way of another file.
 * @returns null if nothing is to be added, because the original has the plugins already and there is no other
 * product.
 * @throws {InstallError} If a plugin cannot be added to it: pods would not start.
 */
export function render(
  original: Original,
  plugins: readonly ChainedPlugin[],
  current: readonly Pick<ListFile, "entries" | "additions">[] = [],
  called: readonly string[] = [],
): Rendered | null {
  const { list } = original;
  const isCalled = ({ type }: ChainedPlugin): boolean =>
    called.includes(type) || calls(list, type) || original.plugins.some((plugin) => calls(plugin, type));
  const missing = plugins.filter((plugin) => !isCalled(plugin));
  const entries = mergeEntries(original, plugins, missing, current.flatMap(({ entries }) => entries));
  if (entries.length === 0) return null;
  const names = missing.map(({ type }) => type).join(" and ");
  const refuse = (why: string): never => {
    throw new InstallError(`Cannot add ${names} to the list ${quote(original.name, 255)}: ${why}`);
  };
  const version = list.cniVersion ?? "0.1.0"; // the specification's default
  for (const { type, versions } of missing) {
    if (versions.some((supported) => supported === version)) continue;
    return refuse(`its cniVersion is ${quote(String(version))}, ${type} supports ${versions.join(", ")}`);
  }
  // The runtimes' own rule, which our plugins require, too.
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(String(list.name))) {
    return refuse(`${quote(String(list.name))} cannot be a network's name`);
  }
  const name = renderedName(original.name);
  if (name === null) return refuse("no file name sorts before its own");
  const chained = [...entries.reduce(insert, original.plugins), ...additions(original, current)];
  const text = JSON.stringify({ ...list, plugins: chained }, null, 2);
  const [first] = chained;
  if (first === undefined || typeof first[RENDERED_FROM] === "string") return refuse("it has no main plugin");
  const types = chained.map(({ type }) => String(type));
  return { name, text: `${text}\n`, mode: original.mode, types };
}

/** What other installers added to our list, without what has come into the original itself meanwhile. */
function additions(
  { plugins }: Original,
  current: readonly Pick<ListFile, "additions">[],
): readonly JsonObject[] {
  const all = current.flatMap(({ additions }) => additions);
  const types = new Set(plugins.map(({ type }) => type));
  return all.filter(({ type }, at) =>
    !types.has(type) && all.findIndex((other) => other.type === type) === at
  );
}

/**
 * Whether it contains a plugin of this type, also inside the configuration of another plugin: Multus copies
 * lists into its own.
 */
export function calls(value: JsonValue | undefined, type: string): boolean {
  if (Array.isArray(value)) return value.some((part) => calls(part, type));
  return isJsonObject(value) &&
    (value.type === type || Object.values(value).some((part) => calls(part, type)));
}

/**
 * The entries to insert. Present ones come first and in their order: two agents that disagreed on the order
 * would overwrite each other's list.
 */
function mergeEntries(
  original: Original,
  plugins: readonly ChainedPlugin[],
  missing: readonly ChainedPlugin[],
  present: readonly JsonObject[],
): JsonObject[] {
  const own = new Map<string, JsonObject>(missing.map((plugin) => [plugin.type, entryOf(original, plugin)]));
  const ours = new Set(plugins.map(({ type }) => type));
  const kept = present.map((entry) => own.get(String(entry.type)) ?? entry)
    .filter((entry) => own.has(String(entry.type)) || !ours.has(String(entry.type)))
    .map((entry): JsonObject => ({ ...entry, ...originOf(original) }));
  // Two lists of ours may exist for a moment: the first entry of a type counts.
  const all = [...kept, ...own.values()];
  return all.filter((entry, at) => all.findIndex(({ type }) => type === entry.type) === at);
}

function entryOf(original: Original, plugin: ChainedPlugin): JsonObject {
  const { plugins } = original;
  const types = plugins.map(({ type }) => String(type));
  const replaced = plugins.find(({ type }) => plugin.replaces.includes(String(type)));
  const inherited = Object.entries(replaced ?? {}).filter(([key]) => plugin.inherits.includes(key));
  return {
    type: plugin.type,
    ...plugin.entryFor(types),
    ...Object.fromEntries(inherited),
    ...originOf(original),
    ...(replaced === undefined ? {} : { [IN_PLACE_OF]: [...plugin.replaces] }),
  };
}

function originOf({ name, plugins }: Original): JsonObject {
  return { [RENDERED_FROM]: name, [ORIGINAL_TYPES]: plugins.map(({ type }) => type ?? null) };
}

/**
 * Puts an entry in the place of the first plugin that it replaces, and removes the others; else appends it.
 * It never becomes the first.
 */
function insert(plugins: readonly JsonObject[], entry: JsonObject): JsonObject[] {
  const replaces = entry[IN_PLACE_OF];
  const isReplaced = ({ type }: JsonObject): boolean =>
    Array.isArray(replaces) && replaces.includes(type ?? null);
  const replaced = plugins.find(isReplaced);
  // Without a plugin before it ours would have no result to build on.
  if (replaced === undefined || replaced === plugins[0]) {
    return [...plugins.filter((other) => !isReplaced(other)), entry];
  }
  return plugins.flatMap((other) => other === replaced ? [entry] : isReplaced(other) ? [] : [other]);
}
