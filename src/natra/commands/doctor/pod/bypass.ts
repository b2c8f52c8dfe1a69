import type { Finding } from "../finding.ts";
import type { Evidence } from "./evidence.ts";

/**
 * Finds a main CNI whose packets may bypass the node's end of the veth, even if none did during the watch.
 */
export function bypass({ applied, inspection, comparisons }: Evidence): Finding[] {
  const { ingress, side, outside } = applied;
  if (ingress === null || side === "pod" || inspection.bypass === null) return [];
  if (comparisons.ingress.verdict === "missed") return []; // reported as certain
  return [{
    id: "may-bypass",
    level: "notice",
    direction: "ingress",
    what: `${inspection.bypass} is on this node, and natra holds ingress at "${outside.name}"`,
    why:
      "its packets may bypass the node's end of the veth; before Linux 6.7 the pod's interface does not count them, so a watch " +
      "proves nothing",
    todo:
      'remove "attach" from the list or set it to "podside", then restart the pod: its ingress is held inside it',
  }];
}
