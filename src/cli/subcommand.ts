import type { CommandOption, Options } from "./options.ts";

/** A command-line tool: its name, and what it can do. */
export interface Tool {
  /** As it is called: `natra`, `natra pona`, `pona`. */
  readonly name: string;
  /** What it is for, in a line. */
  readonly summary: string;
  /** Its subcommands by their names. */
  readonly commands: Readonly<Record<string, Entry>>;
  /** Names of the pods that it can be asked about, for completion. */
  podNames(): Iterable<string> | Promise<Iterable<string>>;
}

/** A subcommand in a tool's list: its module is loaded when it is asked for. */
export interface Entry {
  /** One line for `--help`. */
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** What the words behind a subcommand are. */
export interface Words {
  /** As the usage line names them, for example `POD`. */
  readonly name: string;
  /** How many there may be at most. */
  readonly most: number;
  /** What a shell completes them with: the pods that are limited here, or one of these. */
  readonly complete: "pods" | readonly string[];
}

/** A subcommand: what it takes and tells of itself, and what it does. Help, completion and parsing all read this. */
export interface Command {
  /** Behind `Usage: TOOL NAME`. */
  readonly usage: string;
  /** What it does, in a paragraph. */
  readonly about: string;
  /** `-h, --help` is everyone's, and not listed here. */
  readonly options: readonly CommandOption[];
  /** Absent: it takes none. */
  readonly words?: Words;
  /** What else its help says behind the options: columns, examples, exit codes. */
  readonly notes?: string;
  /**
   * @param tool The tool that it is a subcommand of.
   * @returns The exit code: 0 fine, 1 found trouble.
   * @throws {UsageError} If the command line is wrong.
   */
  run(options: Options, tool: Tool): number | Promise<number>;
}
