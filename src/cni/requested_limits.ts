import type { Logger } from "../log/log.ts";
import { decideLimits, type Limits } from "../limits/limits.ts";
import type { NetConf } from "./config.ts";

/**
 * What a request asks for, decided once; every value that could not be used as given is logged.
 *
 * @param who Goes into each of the log's lines.
 */
export function requestedLimits(
  conf: NetConf,
  logger: Logger,
  who: Readonly<Record<string, unknown>>,
): Limits {
  const { limits, warnings } = decideLimits({
    annotations: conf.annotations,
    runtimeBandwidth: conf.runtimeBandwidth,
    conf: { ...conf.limits, pacer: conf.pacer },
    maxSketchBytes: conf.maxSketchBytes,
  });
  for (const warning of [...conf.warnings, ...warnings]) logger.warn("bad value", { ...who, ...warning });
  return limits;
}
