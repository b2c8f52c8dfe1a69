import type { Netlink } from "../../net/netlink.ts";
import { bypassOfNode } from "../../pod/bypass.ts";
import type { Side } from "./attach_points.ts";

/** Where ingress is to be held, as it was asked for. */
export type AskedSide = "auto" | Side;

/**
 * Chooses where ingress is held. The node's end is the better place, because the pod cannot reach it; but for a main CNI
 * whose packets pass it by it is none.
 *
 * @param netlink A socket in the node's namespace.
 * @throws {NativeError}
 */
export function selectSide(
  asked: AskedSide,
  netlink: Netlink,
): { readonly side: Side; readonly why: string } {
  if (asked !== "auto") return { side: asked, why: "as asked" };
  const bypass = bypassOfNode(netlink);
  if (bypass === null) {
    return { side: "host", why: "nothing on this node bypasses the node's end of the veth" };
  }
  return {
    side: "pod",
    why: `packets of ${bypass.who} bypass the node's end of the veth: "${bypass.sign}" is on this node`,
  };
}
