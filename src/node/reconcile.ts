import { outputFormat, readOptions } from "./options.ts";
import { print, printJson } from "./output.ts";

const HELP = `Usage: natra reconcile [--dry-run] [-o json|table]

Compares what natra pinned, attached and recorded with the pods that exist, and removes what is natra's and dead: of
pods that are gone, of calls that were killed half-way. Safe beside running pods and while others are added or deleted.

  --dry-run   only tell

Exit code 1 if something could not be removed.`;

/** `natra reconcile` */
export async function reconcileNode(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { flags: ["dry-run"] });
  if (options.flag("help")) {
    print(HELP);
    return 0;
  }
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
