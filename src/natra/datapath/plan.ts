import { findVeth } from "../../pod/veth.ts";
import { DIRECTIONS } from "../../pod/direction.ts";
import { selectAttacher } from "../../ebpf/attach/select.ts";
import { gsoLimit } from "./knobs.ts";
import type { HoldRequest } from "./hold.ts";
import { candidates } from "./pacer/select.ts";
import { rootOf } from "./pacer/root.ts";
import { deviceOf, selectSide } from "./attach_points.ts";

/**
 * Reports what hold() would choose, as far as that is known without doing it.
 *
 * @throws {Error} If the pod's veth cannot be found.
 */
export function plan({ netns, ifname, limits, attach, side: asked, onChoice }: HoldRequest): void {
  using veth = findVeth(netns, ifname);
  const { index, name } = veth.outside.link;
  onChoice({ what: "host interface", choice: name, why: `the peer of "${ifname}", index ${index}` });
  const { side, why: sideWhy } = selectSide(asked, veth.outside.netlink);
  if (limits.ingress !== null) onChoice({ what: "ingress side", choice: side, why: sideWhy });
  const { attacher, why } = selectAttacher(attach);
  onChoice({ what: "attach", choice: attacher.kind, why });
  for (const direction of DIRECTIONS) {
    const limit = limits[direction];
    if (limit === null) continue;
    if (direction === "ingress" && side === "pod") {
      onChoice({ what: "ingress interface", choice: "an ifb in the pod", why: sideWhy });
      continue;
    }
    const device = deviceOf(direction, veth, side);
    onChoice({
      what: `${direction} pacer`,
      choice: candidates(limit).join(", else "),
      why: `the root queue of "${device.link.name}" is ${rootOf(device)}`,
    });
  }
  const { egress } = limits;
  if (egress === null || gsoLimit(egress) >= veth.inside.link.gsoMaxSize) return;
  onChoice({ what: "GSO limit", choice: `${gsoLimit(egress)} bytes`, why: "5 ms at the limit" });
}
