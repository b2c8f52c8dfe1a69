/** Removes natra's state from a node. */
import { delay } from "../base/wait.ts";
import { removeNodeState } from "./node_state.ts";

/** How often to retry pods that another process works on, and the pause in between. */
const ATTEMPTS = 20;
const PAUSE_MS = 250;

/**
 * Releases every pod, and removes what natra keeps for the node itself. An ADD that began with the old list
 * may end only now, so this is repeated until no pod is left.
 *
 * @param report Called with a line for each thing that was done.
 * @returns What could not be removed, in words.
 */
export async function uninstall(report: (line: string) => void): Promise<string[]> {
  const { reconcile } = await import("./datapath/datapath.ts");
  let failures: string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const gone = reconcile(() => "natra is being uninstalled");
    for (const { containerId, ifname, failures } of gone) {
      if (failures.length === 0) report(`released ${containerId} ${ifname}`);
    }
    failures = gone.flatMap(({ containerId, ifname, failures }) =>
      failures.map((failure) => `${containerId} ${ifname}: ${failure}`)
    );
    if (gone.length === 0) break;
    await delay(PAUSE_MS);
  }
  if (failures.length === 0) removeNodeState();
  return failures;
}
