import { isKnown, LOG_FILE } from "../node_state.ts";
import type { Logger } from "../../base/log/log.ts";
import { describeError } from "../../base/log/describe.ts";
import { attachmentOf } from "./attach.ts";
import { countEnd, countStart, failReason, type Outcome } from "./outcomes.ts";
import { addAnswer, type AddRequest, type Chained } from "../../cni/protocol.ts";
import { requestedLimits } from "./limits_from_conf.ts";
import { natraConf, toConfAtAdd } from "./natra_conf.ts";

/**
 * ADD: applies the limits that the pod requests. Here natra fails open: an error is logged, what was done so
 * far is undone, and the pod starts without a limit. It never throws.
 */
export async function add(request: Chained<AddRequest>, logger: Logger): Promise<void> {
  const { containerId, ifname, netns } = request;
  const logContext = { containerId, ifname, pod: request.pod };
  try {
    const conf = natraConf(request.conf);
    const limits = requestedLimits(conf, logger, logContext);
    const unlimited = limits.ingress === null && limits.egress === null;
    if (unlimited && !isKnown(request)) return ended("unlimited");
    if (!unlimited) countStart();
    const { hold, release, setWatchdog } = await import("../datapath/datapath.ts");
    const answer = addAnswer(request, request.conf.prevResult);
    const logFile = request.conf.logFile ?? LOG_FILE;
    using _watchdog = setWatchdog({ answer, logFile, timeout: conf.timeout, logContext });
    if (unlimited) {
      // an earlier ADD of the same sandbox had a limit
      for (const failure of release(request, netns)) {
        logger.warn("limit not removed", { ...logContext, failure });
      }
      return ended("unlimited");
    }
    const { namespace, name } = request.pod;
    const applied = hold({
      containerId,
      ifname,
      netns,
      network: request.conf.name,
      limits,
      confAtAdd: toConfAtAdd(conf),
      pod: namespace !== null && name !== null ? { namespace, name } : null,
      ...attachmentOf(conf.attach),
      onChoice: (choice) => logger.debug("choice", { ...logContext, ...choice }),
    });
    ended("limited");
    logger.info("pod is limited", { ...logContext, limits, choices: applied.choices });
  } catch (error) {
    countEnd("failed", performance.now(), failReason(error));
    logger.error("pod is not limited", { ...logContext, error: describeError(error) });
  }
}

/** Counts the outcome. The duration is the time since this process's runtime has started. */
function ended(outcome: Outcome): void {
  countEnd(outcome, performance.now());
}
