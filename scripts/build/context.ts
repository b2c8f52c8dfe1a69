/** Finds directories and pinned versions; no other module does. */

/** What every step of the build needs. */
export interface Context {
  /** The repository. */
  readonly root: string;
  /** The directory for what the build makes, inside the repository. */
  readonly build: string;
  /** The directory in which set-up keeps its downloads. */
  readonly cache: string;
  /** The lines of third_party/versions.env. */
  readonly pins: Readonly<Record<string, string>>;
  /** Whether to show each command. */
  readonly verbose: boolean;
}

/** Finds the directories and reads the pinned versions. */
export function context(verbose: boolean): Context {
  const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
  return {
    root,
    build: `${root}/build`,
    cache: cacheDirectory(),
    pins: parsePins(Deno.readTextFileSync(`${root}/third_party/versions.env`)),
    verbose,
  };
}

/**
 * Parses KEY=VALUE lines; blank lines and comments are skipped.
 *
 * @throws {SyntaxError} If a line is neither.
 */
export function parsePins(text: string): Record<string, string> {
  const pins: Record<string, string> = {};
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, key, value] = /^([A-Z0-9_]+)=(\S+)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) {
      throw new SyntaxError(`Cannot read a pinned version: expected KEY=VALUE, got "${line}"`);
    }
    pins[key] = value;
  }
  return pins;
}

/**
 * Looks up a value of third_party/versions.env.
 *
 * @throws {Error} If there is no such pin.
 */
export function pin(context: Context, key: string): string {
  const value = context.pins[key];
  if (value === undefined) throw new Error(`Cannot find "${key}" in third_party/versions.env`);
  return value;
}

/** The same rule as scripts/env.sh, so that `deno task build` works in a plain shell. */
function cacheDirectory(): string {
  const set = Deno.env.get("NATRA_CACHE");
  if (set) return set;
  return `${Deno.env.get("XDG_CACHE_HOME") || `${Deno.env.get("HOME") ?? ""}/.cache`}/natra`;
}
