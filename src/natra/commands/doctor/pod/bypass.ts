import type { Finding } from "../finding.ts";
import type { Evidence } from "./evidence.ts";

/** A main CNI whose packets may pass by the node's end of the veth, whether any did while it was watched or not. */
export function bypass({ applied, inspection, comparisons }: Evidence): Finding[] {
  const { ingress, side, outside } = applied;
  if (ingress === null || side === "pod" || inspection.bypass === null) return [];
  if (comparisons.ingress.verdict === "missed") return []; // that is found, and no guess any more
  return [{
    id: "may-bypass",
    level: "notice",
    direction: "ingress",
    what: `${inspection.bypass} is on this node, and natra holds what the pod receives at "${outside.name}"`,
    why:
      "its packets may pass by the node's end of the veth; before Linux 6.7 the pod's interface does not even count them, so that a " +
      "watch proves nothing",
    todo: 'take "attach" out of the list, or say "podside", and restart the pod: then it is limited inside',
  }];
}
