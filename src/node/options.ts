import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "./output.ts";

/** What a subcommand takes. */
export interface OptionSpec {
  readonly strings?: readonly string[];
  readonly flags?: readonly string[];
}

/** A command line, read. */
export interface Options {
  readonly words: readonly string[];
  /** The value of a string option; undefined if it was not given. */
  string(name: string): string | undefined;
  flag(name: string): boolean;
}

/**
 * Reads a subcommand's options; `-h`, `--help`, `-o` and `--output` are everyone's.
 *
 * @throws {UsageError} If an option is unknown, or lacks its value.
 */
export function readOptions(args: readonly string[], { strings = [], flags = [] }: OptionSpec): Options {
  const unknown: string[] = [];
  const parsed: Record<string, unknown> & { _: (string | number)[] } = parseArgs([...args], {
    string: [...strings, "output", "_"],
    boolean: [...flags, "help"],
    alias: { h: "help", o: "output" },
    unknown: (option: string) => {
      if (option.startsWith("-")) unknown.push(option);
      return true;
    },
  });
  if (unknown.length > 0) throw new UsageError(`Unknown option ${JSON.stringify(unknown[0])}`);
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

/** The output format: `-o json`, `-o table`. @throws {UsageError} If it is another. */
export function outputFormat(options: Options): "json" | "table" {
  const format = options.string("output") ?? "table";
  if (format === "json" || format === "table") return format;
  throw new UsageError(`Unknown output format ${JSON.stringify(format)}: it is json or table`);
}
