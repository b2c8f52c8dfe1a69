import { gsoLimit } from "../../../datapath/knobs.ts";
import type { Finding } from "../finding.ts";
import type { Evidence } from "./evidence.ts";

/** What a pod with NET_ADMIN may have done to itself, besides its queue. */
export function tampering(evidence: Evidence): Finding[] {
  return [guardDrops(evidence), gso(evidence), ifb(evidence)].filter((finding) => finding !== null);
}

/** Beside a whole queue the guard never drops. */
function guardDrops({ watched }: Evidence): Finding | null {
  const total = watched?.after.counters.egress?.guard_drops ?? 0n;
  if (total === 0n) return null;
  const fresh = total - (watched?.before.counters.egress?.guard_drops ?? 0n);
  return {
    id: "guard-drops",
    level: fresh > 0n ? "trouble" : "notice",
    direction: "egress",
    what:
      `natra's guard on the node dropped ${total} packets since the pod is held, ${fresh} of them while it was watched`,
    why:
      "more than the limit left the pod: its own queue is, or was, not in force, or its packets go past it (packet sockets)",
    todo:
      "take NET_ADMIN and NET_RAW from the pod; the limit holds all the same, but drops cost the pod latency",
  };
}

function gso({ applied: { egress, inside }, inspection: { gsoMaxSize } }: Evidence): Finding | null {
  if (egress === null || egress.pacer === "police") return null;
  const most = Math.min(gsoLimit(egress.limit), inside.gsoMaxSize);
  if (gsoMaxSize <= most) return null;
  return {
    id: "gso-changed",
    level: "trouble",
    direction: "egress",
    what: `"${inside.name}" hands out GSO packets of up to ${gsoMaxSize} bytes, natra had set ${most}`,
    why:
      "one large packet stands before the pod's small ones for longer than 5 ms; the rate holds all the same",
    todo: "a pod with NET_ADMIN can do that to itself: take it away, and restart the pod",
  };
}

function ifb({ applied: { side, ingress, inside }, inspection }: Evidence): Finding | null {
  if (side === "host" || ingress === null || ingress.pacer === "police" || inspection.ifb !== null) {
    return null;
  }
  return {
    id: "ifb-gone",
    level: "trouble",
    direction: "ingress",
    what: `the ifb inside the pod, on which what "${inside.name}" receives was queued, is gone`,
    why:
      "a pod with NET_ADMIN can delete it, and nothing on the node guards ingress that bypasses the node's end of the veth",
    todo: "take NET_ADMIN from the pod, and restart it",
  };
}
