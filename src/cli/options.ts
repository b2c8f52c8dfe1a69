import { parseArgs } from "@std/cli/parse-args";
import { quote } from "../base/log/quote.ts";
import { UsageError } from "./output.ts";

/** An option of a subcommand: without a value it is a flag. */
export interface CommandOption {
  /** Its name behind `--`. */
  readonly name: string;
  /** Its letter behind `-`. */
  readonly short?: string;
  /** What its value is, as the help names it, for example `PATH`; absent: it takes none. */
  readonly value?: string;
  /** What a shell completes the value with: one of these, the pods that are limited here, or files. */
  readonly complete?: readonly string[] | "pods" | "files";
  /** What it does, for the help. */
  readonly about: string;
}

/** Everyone's. */
export const HELP: CommandOption = { name: "help", short: "h", about: "this text" };

/** `-o json|table`, for those that can do both. */
export const OUTPUT: CommandOption = {
  name: "output",
  short: "o",
  value: "FORMAT",
  complete: ["json", "table"],
  about: "table (the default) for people, json for programs",
};

/** A command line, read. */
export interface Options {
  readonly words: readonly string[];
  /** The value of a string option; undefined if it was not given. @throws {UsageError} If it has none. */
  string(name: string): string | undefined;
  flag(name: string): boolean;
}

/**
 * Reads a subcommand's command line; `-h` and `--help` are everyone's.
 *
 * @throws {UsageError} If an option is unknown.
 */
export function readOptions(args: readonly string[], specs: readonly CommandOption[]): Options {
  const all = [...specs, HELP];
  const unknown: string[] = [];
  const parsed: Record<string, unknown> & { _: (string | number)[] } = parseArgs([...args], {
    string: ["_", ...all.filter(({ value }) => value !== undefined).map(({ name }) => name)],
    boolean: all.filter(({ value }) => value === undefined).map(({ name }) => name),
    alias: Object.fromEntries(
      all.flatMap(({ name, short }) => short === undefined ? [] : [[short, name] as const]),
    ),
    unknown: (option: string) => {
      if (option.startsWith("-")) unknown.push(option);
      return true;
    },
  });
  const [first] = unknown;
  if (first !== undefined) throw new UsageError(`Unknown option ${quote(first)}`);
  const string = (name: string): string | undefined => {
    const value = parsed[name];
    if (value === undefined) return undefined;
    if (typeof value !== "string" || value === "") throw new UsageError(`Option --${name} needs one value`);
    return value;
  };
  return {
    words: parsed._.map(String),
    string,
    flag: (name) => parsed[name] === true,
  };
}

/** The output format that {@linkcode OUTPUT} asks for. @throws {UsageError} If it is another. */
export function outputFormat(options: Options): "json" | "table" {
  const format = options.string("output") ?? "table";
  if (format === "json" || format === "table") return format;
  throw new UsageError(`Unknown output format ${quote(format)}: it must be json or table`);
}
