import type { Command } from "./commands.ts";
import { type Options, OUTPUT, outputFormat } from "./options.ts";
import { print, printJson } from "./output.ts";

/** `natra reconcile` */
export const command: Command = {
  usage: "[--dry-run] [-o json|table]",
  about:
    `Compares what natra pinned, attached and recorded with the pods that exist, and removes what is natra's and dead:
of pods that are gone, of calls that were killed half-way. Safe beside running pods and while others are
added or deleted.`,
  options: [{ name: "dry-run", about: "only tell" }, OUTPUT],
  notes: "Exit code 1 if something could not be removed.",
  run: reconcileNode,
};

async function reconcileNode(options: Options): Promise<number> {
  const { reconcile } = await import("../datapath/mod.ts");
  const leftovers = reconcile(undefined, options.flag("dry-run"));
  if (outputFormat(options) === "json") printJson(leftovers);
  else {
    for (const { containerId, ifname, why, failures } of leftovers) {
      const outcome = failures.length === 0 ? why : `${why}; failed: ${failures.join("; ")}`;
      print(`${options.flag("dry-run") ? "would remove" : "removed"} ${containerId} ${ifname}: ${outcome}`);
    }
    if (leftovers.length === 0) print("Nothing was left behind.");
  }
  return leftovers.some(({ failures }) => failures.length > 0) ? 1 : 0;
}
