import type { Command } from "../cli/subcommand.ts";

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
    () => import("../cli/completion/completion.ts"),
  ),
  debug: entry(
    "walk ADD, CHECK or DEL by hand, and see each choice with its reason",
    () => import("../natra/commands/debug.ts"),
  ),
  doctor: entry(
    "prove that pods are held to their limits, and say what keeps them from it",
    () => import("../natra/commands/doctor/doctor.ts"),
  ),
  install: entry("put natra beside the main CNI plugin, and keep it there", () => import("./install.ts")),
  limit: entry(
    "change what a running pod is held to, at once",
    () => import("../natra/commands/limit/limit.ts"),
  ),
  metrics: entry(
    "what was counted, for Prometheus and node_exporter",
    () => import("../natra/commands/metrics.ts"),
  ),
  reconcile: entry(
    "remove what dead pods and killed calls left behind",
    () => import("../natra/commands/reconcile.ts"),
  ),
  show: entry(
    "everything about one pod: limits, queues, sketch, flows, choices",
    () => import("../natra/commands/show/show.ts"),
  ),
  status: entry(
    "who is limited on this node, by what, and what was counted",
    () => import("../natra/commands/status.ts"),
  ),
  top: entry("the heaviest flows, live: who fills which limit", () => import("../natra/commands/top/top.ts")),
  uninstall: entry("take natra out again, and let every pod go", () => import("./uninstall.ts")),
  version: entry(
    "the version, the commit, and what is inside under which licences",
    () => import("../cli/version.ts"),
  ),
};
