import { gsoLimit } from "../../../datapath/knobs.ts";
import type { Finding } from "../finding.ts";
import type { Evidence } from "./evidence.ts";

/** Finds what a pod with NET_ADMIN may have changed, except its queue. */
export function tampering(evidence: Evidence): Finding[] {
  return [guardDrops(evidence), gso(evidence), ifb(evidence)].filter((finding) => finding !== null);
}

/** The guard drops only if the queue is not intact. */
function guardDrops({ watched }: Evidence): Finding | null {
  const total = watched?.after.counters.egress?.guard_drops ?? 0n;
  if (total === 0n) return null;
  const recent = total - (watched?.before.counters.egress?.guard_drops ?? 0n);
  return {
    id: "guard-drops",
    level: recent > 0n ? "trouble" : "notice",
    direction: "egress",
    what:
      `natra's guard on the node dropped ${total} packets since the limit was set, ${recent} of them during the watch`,
    why:
      "the pod sent more than its limit: its queue is or was not in place, or packets bypassed it (packet sockets)",
    todo: "remove NET_ADMIN and NET_RAW from the pod; the limit still works, but drops cost the pod latency",
  };
}

function gso({ applied: { egress, inside }, inspection: { gsoMaxSize } }: Evidence): Finding | null {
  if (egress === null || egress.pacer === "police") return null;
  const max = Math.min(gsoLimit(egress.limit), inside.gsoMaxSize);
  if (gsoMaxSize <= max) return null;
  return {
    id: "gso-changed",
    level: "trouble",
    direction: "egress",
    what: `"${inside.name}" has GSO packets of up to ${gsoMaxSize} bytes, and natra had set ${max}`,
    why: "one large packet delays small ones for more than 5 ms; the rate is still enforced",
    todo: "a pod with NET_ADMIN can change it: remove NET_ADMIN, and restart the pod",
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
    what: `the ifb inside the pod that queued what "${inside.name}" receives is gone`,
    why:
      "a pod with NET_ADMIN can delete it, and ingress that bypasses the node's end of the veth has no guard",
    todo: "remove NET_ADMIN from the pod, and restart it",
  };
}
