/**
 * Command lines of the programs in tests/ and lab/. A program is declared once, and `--help`, parsing and
 * errors come from that declaration.
 */
import { parseArgs } from "@std/cli/parse-args";

/** A command line that cannot be used. Its message names the option and quotes the value. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** An option whose value has type T. */
export interface Option<T> {
  /** What `--help` calls the value, such as "N"; null: a flag, which takes none. */
  readonly value: string | null;
  /** One letter that may be used instead of the name. */
  readonly short?: string;
  readonly about: string;
  /** What `--help` shows as the default; null: nothing. */
  readonly shownDefault: string | null;
  /**
   * @param given the text behind the option; null: the option was not given
   * @param name as it is written on the command line, for errors
   * @throws {UsageError} that quotes the value
   */
  read(given: string | null, name: string): T;
}

/** Options by their names. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** A program and its command line. */
export interface Program<O extends Options> {
  /** How it is called, such as "deno task bench". */
  readonly command: string;
  readonly about: string;
  /** By their names in camel case: `inARow` is `--in-a-row`. */
  readonly options: O;
  /** What may stand there beside options: its name in the usage line, and what it is. Absent: nothing may. */
  readonly words?: { readonly name: string; readonly about: string };
  /** Name of what may follow `--`; absent: nothing may. */
  readonly rest?: string;
  /** What `--help` says last, such as the exit statuses. */
  readonly notes: string;
}

/** The values of a program's options. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends Option<infer T> ? T : never;
};

/** A command line, read. */
export interface Given<O extends Options> {
  readonly options: Values<O>;
  readonly words: readonly string[];
  /** What follows `--`. */
  readonly rest: readonly string[];
}

const HELP: Option<boolean> = { ...flag("show this text"), short: "h" };

/**
 * Reads a command line.
 *
 * @param program the program
 * @param args its arguments
 * @returns null: help was asked for
 * @throws {UsageError} that quotes what cannot be used
 */
export function readArguments<O extends Options>(
  program: Program<O>,
  args: readonly string[],
): Given<O> | null {
  const all = Object.entries<Option<unknown>>({ ...program.options, help: HELP })
    .map(([key, option]) => ({ option, name: kebab(key) }));
  const named = (isFlag: boolean): string[] =>
    all.filter(({ option }) => (option.value === null) === isFlag).map(({ name }) => name);
  const given: Readonly<Record<string, unknown>> & { readonly _: readonly (string | number)[] } = parseArgs(
    [...args],
    {
      string: ["_", ...named(false)],
      boolean: named(true),
      collect: named(false), // or the last of several would count, without a word
      alias: Object.fromEntries(
        all.flatMap(({ name, option: { short } }) => short === undefined ? [] : [[short, name] as const]),
      ),
      "--": true,
      unknown: (argument: string): boolean => {
        if (argument.startsWith("-") && argument !== "-") {
          throw new UsageError(`Unknown option "${argument}"`);
        }
        if (program.words === undefined) throw new UsageError(`Unexpected argument "${argument}"`);
        return true;
      },
    },
  );
  if (given["help"] === true) return null;
  const values = Object.entries<Option<unknown>>(program.options)
    .map(([key, option]) => [key, valueOf(option, kebab(key), given[kebab(key)])] as const);
  const rest: unknown = given["--"];
  const afterDashes = Array.isArray(rest) ? rest.map(String) : [];
  const [first] = afterDashes;
  if (program.rest === undefined && first !== undefined) {
    throw new UsageError(`Unexpected argument "${first}" after "--"`);
  }
  return {
    // Each key of the declaration is read by its own option.
    options: Object.fromEntries(values) as Values<O>,
    words: given._.map(String),
    rest: afterDashes,
  };
}

/** @param given what parseArgs() found: true or false for a flag, else all values behind the option */
function valueOf(option: Option<unknown>, name: string, given: unknown): unknown {
  if (option.value === null) return option.read(given === true ? "" : null, `--${name}`);
  const values = Array.isArray(given) ? given.map(String) : [];
  const [first = null] = values;
  if (values.length > 1) throw new UsageError(`Option "--${name}" was given more than once`);
  if (first === "") throw new UsageError(`Option "--${name}" needs a value: ${option.value}`);
  return option.read(first, `--${name}`);
}

/** What `--help` prints. */
export function helpOf(program: Program<Options>): string {
  const { command, about, words, notes, options } = program;
  const rest = program.rest === undefined ? [] : [`-- ${program.rest}`];
  const usage = [command, "[OPTION…]", ...(words === undefined ? [] : [words.name]), ...rest].join(" ");
  const rows = [
    ...(words === undefined ? [] : [[words.name, words.about] as const]),
    ...Object.entries<Option<unknown>>({ ...options, help: HELP }).map(([key, option]) => {
      const short = option.short === undefined ? "" : `-${option.short}, `;
      const value = option.value === null ? "" : ` ${option.value}`;
      const shown = option.shownDefault === null ? "" : ` (${option.shownDefault})`.replace(" (\n", "\n(");
      return [`${short}--${kebab(key)}${value}`, `${option.about}${shown}`] as const;
    }),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const indent = `\n${" ".repeat(width + 5)}`;
  const lines = rows.map(([name, text]) => `  ${name.padEnd(width)}   ${text.replaceAll("\n", indent)}`);
  return `Usage: ${usage}\n\n${about}\n\n${lines.join("\n")}\n\n${notes}`;
}

const kebab = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** An option that is there or not. */
export function flag(about: string): Option<boolean> {
  return { value: null, about, shownDefault: null, read: (given) => given !== null };
}

/** An option that takes any text. */
export function text<D extends string | null>(
  { value, about, default: fallback }: {
    readonly value: string;
    readonly about: string;
    readonly default: D;
  },
): Option<string | D> {
  return { value, about, shownDefault: fallback, read: (given) => given ?? fallback };
}

/** An option that takes one of a few words. */
export function choice<T extends string, D extends T | null>(
  spec: { readonly about: string; readonly of: readonly T[]; readonly default: D },
): Option<T | D> {
  const { about, of, default: fallback } = spec;
  return {
    ...{ value: "NAME", about: `${about}: ${of.join(", ")}`, shownDefault: fallback },
    read: (given, name) => given === null ? fallback : oneOf(given, name, of),
  };
}

/** An option that takes several of a few words, separated by commas. */
export function choices<T extends string>(
  spec: { readonly about: string; readonly of: readonly T[]; readonly default: readonly T[] },
): Option<readonly T[]> {
  const { about, of, default: fallback } = spec;
  return {
    ...{ value: "NAME,…", about: `${about}, of ${of.join(",")}`, shownDefault: `\n${fallback.join(",")}` },
    read: (given, name) => given === null ? fallback : given.split(",").map((one) => oneOf(one, name, of)),
  };
}

function oneOf<T extends string>(given: string, name: string, of: readonly T[]): T {
  const found = of.find((one) => one === given);
  if (found !== undefined) return found;
  throw badValue(given, name, `one of ${of.join(", ")}`);
}

/** An option that takes a whole number. */
export function wholeNumber<D extends number | null>(
  spec: {
    readonly value?: string;
    readonly short?: string;
    readonly about: string;
    readonly min: number;
    readonly max: number;
    readonly default: D;
    /** What happens without the option, where there is no default. */
    readonly otherwise?: string;
  },
): Option<number | D> {
  const { value = "N", about, min, max, default: fallback, otherwise, short } = spec;
  return {
    ...(short === undefined ? {} : { short }),
    ...{ value, about: `${about}, ${min} to ${max}` },
    shownDefault: fallback === null ? otherwise ?? null : `${fallback}`,
    read: (given, name) => given === null ? fallback : readWholeNumber(given, name, min, max),
  };
}

function readWholeNumber(given: string, name: string, min: number, max: number): number {
  const number = /^[0-9]{1,9}$/.test(given) ? Number(given) : NaN;
  if (number >= min && number <= max) return number;
  throw badValue(given, name, `a whole number from ${min} to ${max}`);
}

/** The error about a value that an option cannot take. @param wanted what it takes instead */
export function badValue(given: string, name: string, wanted: string): UsageError {
  return new UsageError(`Bad value "${given}" for "${name}": want ${wanted}`);
}

/**
 * `--json FILE`, for programs that write their figures down. Better refused now than after an hour of
 * measuring.
 */
export const JSON_FILE: Option<string | null> = {
  ...{ value: "FILE", about: "write all figures to FILE", shownDefault: null },
  read(given, name): string | null {
    if (given !== null && !isDirectory(given.slice(0, given.lastIndexOf("/") + 1) || ".")) {
      throw badValue(given, name, "a file in a directory that exists");
    }
    return given;
  },
};

/** `--natra FILE`, for programs that call natra's executable. */
export const NATRA_FILE: Option<string> = {
  ...{ value: "FILE", about: "natra's executable", shownDefault: "build/natra" },
  // The default is found from any directory.
  read: (given) => given ?? new URL("../../build/natra", import.meta.url).pathname,
};

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
