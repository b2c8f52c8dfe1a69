import type { Logger } from "../../base/log/log.ts";
import { describeError } from "../../base/log/describe.ts";
import type { GcRequest } from "../../cni/protocol.ts";

/**
 * GC: keeps exactly those attachments of its own network that the runtime lists as valid. If the list is
 * missing or invalid nothing is collected, because a wrong guess would remove a living pod's limit. It never
 * throws.
 */
export async function gc({ conf }: GcRequest, logger: Logger): Promise<void> {
  const { validAttachments, name: network } = conf;
  if (validAttachments === null) return;
  try {
    const { reconcile } = await import("../datapath/datapath.ts");
    const valid = new Set(validAttachments.map(({ containerID, ifname }) => `${containerID}/${ifname}`));
    const leftovers = reconcile(({ containerId, ifname }, applied) => {
      if (applied === null || applied.network !== network || valid.has(`${containerId}/${ifname}`)) {
        return null;
      }
      return `it is not a valid attachment of network "${network}"`;
    });
    for (const leftover of leftovers) {
      logger.info(leftover.finished ? "finished" : "collected", { ...leftover });
    }
  } catch (error) {
    logger.error("cannot collect", { network, error: describeError(error) });
  }
}
