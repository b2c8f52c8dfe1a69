import type { Logger } from "../../base/log/log.ts";
import { decideLimits } from "../limits/limits.ts";
import type { Limits } from "../limits/fields.ts";
import { type NatraConf, toConfAtAdd } from "./natra_conf.ts";

/**
 * Decides the limits of a request; every value that could not be used as given is logged.
 *
 * @param logContext Fields of each line of the log.
 */
export function requestedLimits(
  conf: NatraConf,
  logger: Logger,
  logContext: Readonly<Record<string, unknown>>,
): Limits {
  const { annotations, runtimeBandwidth } = conf;
  const { limits, warnings } = decideLimits({ annotations, runtimeBandwidth, ...toConfAtAdd(conf) });
  for (const warning of [...conf.warnings, ...warnings]) {
    logger.warn("bad value", { ...logContext, ...warning });
  }
  return limits;
}
