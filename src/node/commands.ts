import type { CommandOption, Options } from "./options.ts";

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
  /** Behind `Usage: natra NAME`. */
  readonly usage: string;
  /** What it does, in a paragraph. */
  readonly about: string;
  /** `-h, --help` is everyone's, and not listed here. */
  readonly options: readonly CommandOption[];
  /** Absent: it takes none. */
  readonly words?: Words;
  /** What else its help says behind the options: columns, examples, exit codes. */
  readonly notes?: string;
  /** @returns The exit code: 0 fine, 1 found trouble. @throws {UsageError} If the command line is wrong. */
  run(options: Options): number | Promise<number>;
}

/** A subcommand in the list: its module is loaded when it is asked for. */
export interface Entry {
  /** One line for `natra --help`. */
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

function entry(summary: string, load: Entry["load"]): Entry {
  return { summary, load };
}

/** Every subcommand, by its name. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  agent: entry("the DaemonSet's process: looks after this node's pods", () => import("./agent.ts")),
  completion: entry(
    "a script for bash or zsh that completes all of this",
    () => import("./completion/completion.ts"),
  ),
  debug: entry(
    "walk ADD, CHECK or DEL by hand, and see each choice with its reason",
    () => import("./debug.ts"),
  ),
  doctor: entry(
    "prove that pods are held to their limits, and say what keeps them from it",
    () => import("./doctor/doctor.ts"),
  ),
  install: entry("put natra beside the main CNI plugin, and keep it there", () => import("./install.ts")),
  limit: entry("change what a running pod is held to, at once", () => import("./limit/limit.ts")),
  metrics: entry("what was counted, for Prometheus and node_exporter", () => import("./metrics.ts")),
  reconcile: entry("remove what dead pods and killed calls left behind", () => import("./reconcile.ts")),
  show: entry(
    "everything about one pod: limits, queues, sketch, flows, choices",
    () => import("./show/show.ts"),
  ),
  status: entry("who is limited on this node, by what, and what was counted", () => import("./status.ts")),
  top: entry("the heaviest flows, live: who fills which limit", () => import("./top/top.ts")),
  uninstall: entry("take natra out again, and let every pod go", () => import("./uninstall.ts")),
  version: entry(
    "the version, the commit, and what is inside under which licences",
    () => import("./version.ts"),
  ),
};
