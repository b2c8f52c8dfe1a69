import type { Applied } from "../../../datapath/record.ts";
import type { InspectedRoot } from "../../../datapath/inspect.ts";
import type { Difference } from "../../../datapath/verify.ts";
import type { Direction } from "../../../../pod/direction.ts";
import type { Finding } from "../finding.ts";
import type { Evidence } from "./evidence.ts";

const RESTART = "restart the pod, so that natra sets it up again; if it recurs, find out what changed it";

/** Reports what CHECK would, by kind: programs, pins, queues. */
export function held(evidence: Evidence): Finding[] {
  return evidence.differences.map((difference) => findingOf(difference, evidence));
}

function findingOf({ about, direction, text }: Difference, evidence: Evidence): Finding {
  const base = { level: "trouble", what: text, ...(direction === null ? {} : { direction }) } as const;
  switch (about) {
    case "program":
      return {
        ...base,
        id: "program-gone",
        why: "natra's program does not run there: packets are not sorted, or not limited at all",
        todo: RESTART,
      };
    case "pin":
      return {
        ...base,
        id: "pin-gone",
        why: "the pod is still limited, but its counters cannot be read and its limit cannot be changed",
        todo: RESTART,
      };
    case "queue":
      return queueFinding(base, evidence, direction ?? "egress");
    default:
      return {
        ...base,
        id: `${about}-differs`,
        why: "natra's record does not match the node",
        todo: "run natra reconcile --dry-run to see what it would remove; otherwise restart the pod",
      };
  }
}

function queueFinding(
  base: Pick<Finding, "level" | "what" | "direction">,
  { applied, inspection }: Evidence,
  direction: Direction,
): Finding {
  const inPod = queuesInPod(applied, direction);
  const root: InspectedRoot | null = direction === "egress"
    ? inspection.inside
    : applied.side === "host"
    ? inspection.outside
    : null;
  const cause = inPod
    ? "a pod with NET_ADMIN can change it"
    : "other software on the node changed it (Calico's QoS, the bandwidth plugin and tc scripts put a TBF there)";
  const guarded = direction === "egress" && applied.egress?.limit.bucket === "pod"
    ? "; natra's guard on the node now drops what exceeds the limit, and latency suffers"
    : "";
  const isReplaced = root !== null && root.owner !== "natra";
  return {
    ...base,
    id: isReplaced ? "queue-replaced" : "queue-changed",
    why: `natra's queue does not enforce the limit any more: ${cause}${guarded}`,
    todo: inPod
      ? "remove NET_ADMIN from the pod, and restart it"
      : "stop the other limiter, and restart the pod: an interface has only one root queue",
  };
}

/** Whether a direction's queue is inside the pod, which can then change it. */
export function queuesInPod({ side }: Applied, direction: Direction): boolean {
  return direction === "egress" || side === "pod";
}
