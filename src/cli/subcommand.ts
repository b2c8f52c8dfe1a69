import type { CommandOption, Options } from "./options.ts";

/** A command-line tool: its name, and what it can do. */
export interface Tool {
  /** As it is called: `natra`, `natra pona`, `pona`. */
  readonly name: string;
  /** What it is for, in one line. */
  readonly summary: string;
  /** Its subcommands by their names. */
  readonly commands: Readonly<Record<string, Entry>>;
  /** Names of the pods that it knows, for completion. */
  podNames(): Iterable<string> | Promise<Iterable<string>>;
}

/** A subcommand in a tool's list: its module is loaded on demand. */
export interface Entry {
  /** One line for `--help`. */
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** The words after a subcommand. */
export interface Words {
  /** As the usage line names them, for example `POD`. */
  readonly name: string;
  /** The maximum number of words. */
  readonly max: number;
  /** What a shell completes them with: the pods that are limited on this node, or these words. */
  readonly complete: "pods" | readonly string[];
}

/** A subcommand: its arguments, its help, and its action. Help, completion and parsing all read this. */
export interface Command {
  /** The usage line after `Usage: TOOL NAME`. */
  readonly usage: string;
  /** What it does, in a paragraph. */
  readonly about: string;
  /** Without `-h, --help`, which every subcommand has. */
  readonly options: readonly CommandOption[];
  /** Absent if it takes none. */
  readonly words?: Words;
  /** The end of its help, after the options: columns, examples, exit codes. */
  readonly notes?: string;
  /**
   * @param tool The tool that it is a subcommand of.
   * @returns The exit code: 0 success, 1 problem found.
   * @throws {UsageError} If the command line is wrong.
   */
  run(options: Options, tool: Tool): number | Promise<number>;
}
