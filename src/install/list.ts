/** Reads the lists of a directory as a container runtime does. */
import { isJsonObject, type JsonObject, type JsonValue, parseExact } from "../base/json.ts";
import { describeError, ifThere } from "../base/log/describe.ts";
import { quote, quoteValue } from "../base/log/quote.ts";
import { UnreadableError } from "./error.ts";
import { compareNames, isListName, isRenderedName, isWholeList } from "./names.ts";

/** Far more than any list has: a larger file is not a list. */
const MAX_BYTES = 1024 * 1024;
/**
 * A key of our entries: the name of the list to which the entry was added. It marks the lists that we wrote.
 */
export const RENDERED_FROM = "renderedFrom";
/**
 * A key of our entries: the types whose place the entry took, if any. The agent of a different product needs
 * it to render the list again, and knows nothing else about the entry.
 */
export const IN_PLACE_OF = "renderedInPlaceOf";
/**
 * A key of our entries: the types of the original's plugins. A plugin in our list that is neither ours nor
 * one of them was added by another installer, and stays.
 */
export const ORIGINAL_TYPES = "renderedTypes";
/** The list's key that keeps libcni (1.3 and newer) from adding the plugins of its folder. */
const ONLY_INLINED = "loadOnlyInlinedPlugins";

/** A list that we did not write. */
export interface Original {
  /** The file's name. */
  readonly name: string;
  /** The file's permissions. */
  readonly mode: number;
  /** Its content; the configuration of a single plugin becomes a list of one. */
  readonly list: JsonObject;
  readonly plugins: readonly JsonObject[];
}

/** A file that a runtime would read. */
export interface ListFile {
  readonly name: string;
  /** Its text; null if the file cannot be read. */
  readonly text: string | null;
  readonly mode: number;
  /** Why it cannot be read, in words; empty if it can. */
  readonly why: string;
  /** The list from which we made it; "" if the file is ours but corrupt, null if it is not ours. */
  readonly renderedFrom: string | null;
  /** The entries of our products in it, in their order. */
  readonly entries: readonly JsonObject[];
  /** Plugins in a list of ours that other installers added to it, in their order. */
  readonly additions: readonly JsonObject[];
}

/**
 * Every file of a directory that a container runtime would read, in its order.
 *
 * @throws {Error} If the directory cannot be read.
 */
export function readLists(directory: string): ListFile[] {
  return [...Deno.readDirSync(directory)]
    .filter(({ name, isDirectory }) => isListName(name) && !isDirectory)
    .map(({ name }) => readListFile(directory, name))
    .filter((file) => file !== null)
    .sort((a, b) => compareNames(a.name, b.name));
}

/** @returns null if the file was removed meanwhile. */
function readListFile(directory: string, name: string): ListFile | null {
  const nothing = { name, text: null, mode: 0, renderedFrom: null, entries: [], additions: [] };
  try {
    const { isFile, size, mode } = Deno.statSync(`${directory}/${name}`);
    if (!isFile) return { ...nothing, why: "it is not a regular file" };
    if (size > MAX_BYTES) return { ...nothing, why: `it has ${size} bytes, more than a list may have` };
    const text = Deno.readTextFileSync(`${directory}/${name}`);
    return { name, text, mode: (mode ?? 0o600) & 0o777, why: "", ...readRendered(name, text) };
  } catch (error) {
    if (isGone(`${directory}/${name}`)) return null;
    return { ...nothing, why: describeError(error) };
  }
}

/** Whether there is no such file. A dangling symbolic link does exist, and a runtime fails on it. */
function isGone(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

/**
 * What of a file is ours. A file with one of our names that is not JSON is also ours, but corrupt: it is
 * written again or removed. No other program uses such names.
 */
function readRendered(name: string, text: string): Pick<ListFile, "renderedFrom" | "entries" | "additions"> {
  if (!isRenderedName(name)) return { renderedFrom: null, entries: [], additions: [] };
  try {
    const value = parseExact(text);
    const all = isJsonObject(value) && Array.isArray(value.plugins) ? value.plugins : [];
    const plugins = all.filter(isJsonObject).filter(({ type }) => typeof type === "string");
    const entries = plugins.filter((plugin) => typeof plugin[RENDERED_FROM] === "string");
    const { [RENDERED_FROM]: from, [ORIGINAL_TYPES]: known } = entries[0] ?? {};
    // Lists of older versions do not have the types: nothing in them is known to be an addition.
    const additions = Array.isArray(known)
      ? plugins.filter((plugin) => !entries.includes(plugin) && !known.includes(plugin.type ?? null))
      : [];
    return { renderedFrom: typeof from === "string" ? from : null, entries, additions };
  } catch (error) {
    if (error instanceof SyntaxError) return { renderedFrom: "", entries: [], additions: [] };
    throw error;
  }
}

/**
 * Reads a list that we did not write, as strictly as the runtimes do. From libcni 1.3 on, plugins in the
 * folder `<directory>/<network>` belong to it, unless it says otherwise: here they become part of it, and it
 * says so.
 *
 * @throws {UnreadableError} If a runtime would refuse it; the message says why.
 */
export function readOriginal(directory: string, file: ListFile): Original {
  return parseOriginal(file, (network) => readFolder(`${directory}/${network}`));
}

/**
 * The plugins in a list's folder, in libcni's order.
 *
 * @throws {UnreadableError} If a runtime would refuse one.
 */
function readFolder(folder: string): JsonObject[] {
  const entries = ifThere(() => [...Deno.readDirSync(folder)], []);
  const names = entries.filter(({ name, isDirectory }) => name.endsWith(".conf") && !isDirectory)
    .map(({ name }) => name).sort(compareNames);
  return names.map((name) => {
    const refuse = (why: string): never => {
      throw new UnreadableError(`Cannot read the plugin ${quote(`${folder}/${name}`, 400)}: ${why}`);
    };
    try {
      const plugin = parseExact(Deno.readTextFileSync(`${folder}/${name}`));
      if (isJsonObject(plugin) && typeof plugin.type === "string" && plugin.type !== "") return plugin;
    } catch (error) {
      refuse(quote(describeError(error), 200));
    }
    return refuse("it has no type");
  });
}

/**
 * Parses a list that we did not write, as strictly as the runtimes do.
 *
 * @param folderOf Reads the plugins in the folder of a network.
 * @throws {UnreadableError} If a runtime would refuse it; the message says why.
 */
export function parseOriginal(
  file: ListFile,
  folderOf: (network: string) => readonly JsonObject[] = () => [],
): Original {
  const refuse = (why: string): never => {
    throw new UnreadableError(`Cannot read the list ${quote(file.name, 255)}: ${why}`);
  };
  if (file.text === null) return refuse(file.why);
  let value: JsonValue;
  try {
    value = parseExact(file.text);
  } catch (error) {
    return refuse(
      file.text.trim() === "" ? "it is empty" : `it is not JSON: ${quote(describeError(error), 200)}`,
    );
  }
  if (!isJsonObject(value)) return refuse("it is not a JSON object");
  const isList = isWholeList(file.name);
  if (!isList && "plugins" in value) return refuse("it is a list, whose name must end in .conflist");
  const list = isList ? value : asList(value);
  const { name, cniVersion, plugins } = list;
  if (typeof name !== "string" || name === "") return refuse(`its name is ${quoteValue(name)}`);
  if (cniVersion !== undefined && typeof cniVersion !== "string") {
    return refuse(`its cniVersion is ${quoteValue(cniVersion)}`);
  }
  const hasFolder = isList && list[ONLY_INLINED] !== true && isFileName(name);
  const fromFolder = hasFolder ? folderOf(name) : [];
  const inline = plugins === undefined && fromFolder.length > 0 ? [] : plugins;
  if (!Array.isArray(inline) || inline.length + fromFolder.length === 0) return refuse("it has no plugins");
  const read = inline.map((plugin: JsonValue, index): JsonObject => {
    if (isJsonObject(plugin) && typeof plugin.type === "string" && plugin.type !== "") return plugin;
    return refuse(`plugin ${index + 1} has no type`);
  });
  const whole = fromFolder.length === 0 ? list : { ...list, [ONLY_INLINED]: true };
  return { name: file.name, mode: file.mode, list: whole, plugins: [...read, ...fromFolder] };
}

/** Whether a network's name can be a folder's: another one has none. */
function isFileName(name: string): boolean {
  return !name.includes("/") && name !== "." && name !== "..";
}

/** A list of one plugin, as libcni makes it. */
function asList(plugin: JsonObject): JsonObject {
  const { cniVersion, name } = plugin;
  return {
    ...(cniVersion === undefined ? {} : { cniVersion }),
    ...(name === undefined ? {} : { name }),
    plugins: [plugin],
  };
}
