/** The names of the files that an install creates, and how a container runtime selects and sorts lists. */

/**
 * The file beside a plugin's executable that marks it as uninstalled: it stays only for the pods that were
 * added with it.
 *
 * @param type The plugin's type, which is its executable's name.
 */
export function stubMark(type: string): string {
  return `${type}.uninstalled`;
}

/**
 * The prefixes of our lists' names. A runtime uses the list whose name sorts first, so ours gets the first of
 * these prefixes that sorts before the original's name.
 */
const PREFIXES = ["00-natra-", "0-natra-", "!natra-"] as const;

/**
 * The suffixes of files that a runtime reads, as a list or as a single configuration; it ignores all other
 * files.
 */
const SUFFIXES = [".conf", ".conflist", ".json"] as const;
const LIST_SUFFIX = ".conflist";

/** What Cilium appends to the name of every list that is not its own, if `cni.exclusive` is set. */
const CILIUM_SUFFIX = ".cilium_bak";

/** Whether a runtime would read a file of this name. */
export function isListName(name: string): boolean {
  return SUFFIXES.some((suffix) => name.endsWith(suffix));
}

/** Whether a file of this name is a whole list; else it is one plugin's configuration. */
export function isWholeList(name: string): boolean {
  return name.endsWith(LIST_SUFFIX);
}

/** Whether {@linkcode renderedName} makes such names. The file's content decides whether it is ours. */
export function isRenderedName(name: string): boolean {
  return name.endsWith(LIST_SUFFIX) && PREFIXES.some((prefix) => name.startsWith(prefix));
}

/**
 * The name of our list for an original.
 *
 * @param original The original's file name.
 * @returns A name that a runtime prefers; null if no name sorts before the original's.
 */
export function renderedName(original: string): string | null {
  const suffix = SUFFIXES.find((candidate) => original.endsWith(candidate)) ?? "";
  const stem = original.slice(0, original.length - suffix.length);
  const names = PREFIXES.map((prefix) => `${prefix}${stem}${LIST_SUFFIX}`);
  return names.find((name) => compareNames(name, original) < 0) ?? null;
}

/** The order in which runtimes sort names: by their bytes. */
export function compareNames(a: string, b: string): number {
  const [left, right] = [new TextEncoder().encode(a), new TextEncoder().encode(b)];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** What Cilium renames a list to. */
export function ciliumBackup(name: string): string {
  return `${name}${CILIUM_SUFFIX}`;
}

/** The name of the list that Cilium renamed; null if Cilium makes no such name, or the list is not ours. */
export function backedUpByCilium(name: string): string | null {
  if (!name.endsWith(CILIUM_SUFFIX)) return null;
  const list = name.slice(0, -CILIUM_SUFFIX.length);
  return isRenderedName(list) ? list : null;
}

/** A name for a file that is being written: runtimes ignore it, and it cannot be guessed. */
export function draftName(): string {
  return `.natra-${crypto.randomUUID()}.tmp`;
}

/** Whether {@linkcode draftName} makes such names. */
export function isDraftName(name: string): boolean {
  return /^\.natra-[0-9a-f-]{36}\.tmp$/.test(name);
}
