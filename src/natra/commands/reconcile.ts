import type { Command } from "../../cli/subcommand.ts";
import { type Options, OUTPUT, outputFormat } from "../../cli/options.ts";
import { print, printJson } from "../../cli/output.ts";

/** `natra reconcile` */
export const command: Command = {
  usage: "[--dry-run] [-o json|table]",
  about:
    `Compares what natra pinned, attached and recorded with the pods that exist. It removes what pods that are gone
and killed calls left behind, and finishes a setup that was interrupted if the pod is still there. It is safe to
run beside running pods and while pods are added or deleted.`,
  options: [{ name: "dry-run", about: "only print what would be done" }, OUTPUT],
  notes: "Exit code 1 if something could not be removed or finished.",
  run: reconcileNode,
};

async function reconcileNode(options: Options): Promise<number> {
  const { reconcile } = await import("../datapath/datapath.ts");
  const leftovers = reconcile(undefined, options.flag("dry-run"));
  if (outputFormat(options) === "json") printJson(leftovers);
  else {
    const would = options.flag("dry-run");
    for (const { containerId, ifname, why, finished, failures } of leftovers) {
      const outcome = failures.length === 0 ? why : `${why}; failed: ${failures.join("; ")}`;
      const verb = finished ? would ? "would finish" : "finished" : would ? "would remove" : "removed";
      print(`${verb} ${containerId} ${ifname}: ${outcome}`);
    }
    if (leftovers.length === 0) print("Nothing was left behind.");
  }
  return leftovers.some(({ failures }) => failures.length > 0) ? 1 : 0;
}
