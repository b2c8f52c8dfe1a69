import type { Applied } from "../../../datapath/record.ts";
import type { InspectedRoot } from "../../../datapath/inspect.ts";
import type { Difference } from "../../../datapath/verify.ts";
import type { Direction } from "../../../../pod/direction.ts";
import type { Finding } from "../finding.ts";
import type { Evidence } from "./evidence.ts";

const AGAIN = "restart the pod, so that natra sets it up again; if it comes back, find out who did it";

/** What CHECK would say, told apart: programs, pins, queues. */
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
        why: "natra's program does not run there: what passes is not sorted, or not limited at all",
        todo: AGAIN,
      };
    case "pin":
      return {
        ...base,
        id: "pin-gone",
        why: "the pod is still held, but nobody can see or change it",
        todo: AGAIN,
      };
    case "queue":
      return queueFinding(base, evidence, direction ?? "egress");
    default:
      return {
        ...base,
        id: `${about}-differs`,
        why: "what natra recorded is not what is there",
        todo: "natra reconcile --dry-run says what it would remove; else restart the pod",
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
  const who = inPod
    ? "a pod with NET_ADMIN can do that to itself"
    : "something on the node did that (Calico's QoS, the bandwidth plugin and tc scripts put a TBF there)";
  const guarded = direction === "egress" && applied.egress?.limit.bucket === "pod"
    ? "; until then natra's guard on the node drops what exceeds the limit, and latency suffers"
    : "";
  const replaced = root !== null && root.whose !== "natra's";
  return {
    ...base,
    id: replaced ? "queue-replaced" : "queue-changed",
    why: `natra's queue does not hold the limit any more: ${who}${guarded}`,
    todo: inPod
      ? "take NET_ADMIN from the pod, and restart it"
      : "stop the other limiter, and restart the pod: two cannot share a root",
  };
}

/** Whether a direction's queue is where the pod can reach it. */
export function queuesInPod({ side }: Applied, direction: Direction): boolean {
  return direction === "egress" || side === "pod";
}
