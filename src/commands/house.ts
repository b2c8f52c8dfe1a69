/** The shared subcommands, which every product has. */
import type { Command, Entry } from "../cli/subcommand.ts";
import type { House } from "./products.ts";

/** The shared commands, by their names. */
export function houseCommands(house: House): Readonly<Record<string, Entry>> {
  const entry = (summary: string, load: () => Promise<Command>): Entry => ({
    summary,
    load: async () => ({ command: await load() }),
  });
  return {
    agent: entry(
      "the DaemonSet's process: maintains this node's pods",
      async () => (await import("./agent.ts")).agentCommand(house),
    ),
    completion: entry(
      "print a completion script for bash or zsh",
      async () => (await import("../cli/completion/completion.ts")).command,
    ),
    install: entry(
      `install ${house.own.name} beside the main CNI plugin, and keep it installed`,
      async () => (await import("./install.ts")).installCommand(house),
    ),
    metrics: entry(
      "print the counters, for Prometheus and node_exporter",
      async () => (await import("./metrics.ts")).metricsCommand(house),
    ),
    uninstall: entry(
      `uninstall ${house.own.name}, and release every pod`,
      async () => (await import("./uninstall.ts")).uninstallCommand(house),
    ),
    version: entry(
      "the version, the commit, and the licences of all components",
      async () => (await import("../cli/version.ts")).command,
    ),
  };
}
