import { isKnown } from "../node_state.ts";
import type { Logger } from "../../base/log/log.ts";
import { CniError, CODE } from "../../cni/errors.ts";
import type { Chained, CheckRequest } from "../../cni/protocol.ts";
import { requestedLimits } from "./limits_from_conf.ts";
import { natraConf } from "./natra_conf.ts";

/**
 * CHECK: compares the limits that the pod has with those that it requests, and repairs nothing.
 *
 * @throws {CniError} With code 100 and every finding, if they differ.
 */
export async function check(request: Chained<CheckRequest>, logger: Logger): Promise<void> {
  const { containerId, ifname, pod } = request;
  const limits = requestedLimits(natraConf(request.conf), logger, { containerId, ifname, pod });
  if (limits.ingress === null && limits.egress === null && !isKnown(request)) return;
  const { verify } = await import("../datapath/datapath.ts");
  const findings = verify(request, limits);
  if (findings.length > 0) {
    throw new CniError(CODE.CHECK_FAILED, "The pod is not held to its limit", findings.join("; "));
  }
}
