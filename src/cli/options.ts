import { parseArgs } from "@std/cli/parse-args";
import { quote } from "../base/log/quote.ts";
import { UsageError } from "./output.ts";

/** An option of a subcommand: without a value it is a flag. */
export interface CommandOption {
  /** Its name after `--`. */
  readonly name: string;
  /** Its letter after `-`. */
  readonly short?: string;
  /** The name of its value in the help, for example `PATH`; absent if it takes none. */
  readonly value?: string;
  /** What a shell completes the value with: these words, the pods that are limited on this node, or files. */
  readonly complete?: readonly string[] | "pods" | "files";
  /** What it does, for the help. */
  readonly about: string;
}

/** The option that every command has. */
export const HELP: CommandOption = { name: "help", short: "h", about: "this text" };

/** `-o json|table`, for commands that can print both. */
export const OUTPUT: CommandOption = {
  name: "output",
  short: "o",
  value: "FORMAT",
  complete: ["json", "table"],
  about: "table (the default) for people, json for programs",
};

/** A parsed command line. */
export interface Options {
  readonly words: readonly string[];
  /** The value of a string option; undefined if it was not given. @throws {UsageError} If it has none. */
  string(name: string): string | undefined;
  flag(name: string): boolean;
}

/**
 * Parses a subcommand's command line; every subcommand has `-h` and `--help`.
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

/** The value of {@linkcode OUTPUT}. @throws {UsageError} If it is neither. */
export function outputFormat(options: Options): "json" | "table" {
  const format = options.string("output") ?? "table";
  if (format === "json" || format === "table") return format;
  throw new UsageError(`Unknown output format ${quote(format)}: it must be json or table`);
}
