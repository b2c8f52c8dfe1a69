/** The agent's task that removes what dead pods and killed calls left behind. */
import type { Task } from "../../agent/tasks.ts";
import type { Logger } from "../../base/log/log.ts";

/** Interval of the runs. */
const EVERY_MS = 60_000;

/** `natra reconcile`, every minute. */
export function reconcileTask(logger: Logger): Task {
  return {
    name: "reconcile",
    everyMs: EVERY_MS,
    isNeeded: true,
    run: async () => {
      const { reconcile } = await import("../datapath/datapath.ts");
      for (const { failures, finished, ...leftover } of reconcile()) {
        const done = finished ? "finished an interrupted setup" : "removed leftovers";
        if (failures.length === 0) logger.info(done, { ...leftover });
        else {logger.warn(finished ? "setup not finished" : "leftovers not removed", {
            ...leftover,
            failures,
          });}
      }
    },
  };
}
