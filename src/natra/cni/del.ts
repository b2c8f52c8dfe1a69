import { isKnown, LOG_FILE } from "../node_state.ts";
import { natraConf } from "./natra_conf.ts";
import type { Logger } from "../../base/log/log.ts";
import { describeError } from "../../base/log/describe.ts";
import type { DelRequest } from "../../cni/protocol.ts";

/**
 * DEL: undoes what is left of an ADD. Runtimes call it several times for one pod, without a namespace, or for
 * a pod that never had a limit. It always succeeds, because a failure would only keep the pod from being
 * deleted. It never throws.
 */
export async function del(request: DelRequest, logger: Logger): Promise<void> {
  const { containerId, ifname, netns } = request;
  const logContext = { containerId, ifname, pod: request.pod };
  try {
    if (!isKnown(request)) return;
    const { release, setWatchdog } = await import("../datapath/datapath.ts");
    const { timeout } = natraConf(request.conf);
    const logFile = request.conf.logFile ?? LOG_FILE;
    using _watchdog = setWatchdog({ answer: "", logFile, timeout, logContext });
    const failures = release(request, netns === "" ? null : netns);
    for (const failure of failures) logger.warn("limit not removed", { ...logContext, failure });
    if (failures.length === 0) logger.info("limit removed", logContext);
  } catch (error) {
    logger.error("limit not removed", { ...logContext, error: describeError(error) });
  }
}
