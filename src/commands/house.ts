/** The subcommands that are about every product, whichever the tool was called for. */
import type { Command, Entry } from "../cli/subcommand.ts";
import type { House } from "./products.ts";

/** The house's commands, by their names. */
export function houseCommands(house: House): Readonly<Record<string, Entry>> {
  const entry = (summary: string, load: () => Promise<Command>): Entry => ({
    summary,
    load: async () => ({ command: await load() }),
  });
  return {
    agent: entry(
      "the DaemonSet's process: looks after this node's pods",
      async () => (await import("./agent.ts")).agentCommand(house),
    ),
    completion: entry(
      "a script for bash or zsh that completes all of this",
      async () => (await import("../cli/completion/completion.ts")).command,
    ),
    install: entry(
      `put ${house.own.name} beside the main CNI plugin, and keep it there`,
      async () => (await import("./install.ts")).installCommand(house),
    ),
    metrics: entry(
      "what was counted, for Prometheus and node_exporter",
      async () => (await import("./metrics.ts")).metricsCommand(house),
    ),
    uninstall: entry(
      `take ${house.own.name} out again, and let every pod go`,
      async () => (await import("./uninstall.ts")).uninstallCommand(house),
    ),
    version: entry(
      "the version, the commit, and what is inside under which licences",
      async () => (await import("../cli/version.ts")).command,
    ),
  };
}
