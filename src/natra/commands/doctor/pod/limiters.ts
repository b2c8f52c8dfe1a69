import type { InspectedRoot } from "../../../datapath/inspect.ts";
import type { Direction } from "../../../../pod/direction.ts";
import type { Finding } from "../finding.ts";
import type { Evidence } from "./evidence.ts";

/** Kinds of queues that enforce a rate. */
const LIMITING = new Set(["tbf", "htb", "hfsc", "cbq", "cake"]);

/** Finds a second limiter of the same pod. */
export function limiters({ applied, inspection: { outside, redirects } }: Evidence): Finding[] {
  const found: Finding[] = [];
  if (applied.ingress !== null && limits(outside)) found.push(second("ingress", outside));
  const redirected = redirects.find(limits);
  if (applied.egress !== null && redirected !== undefined) found.push(second("egress", redirected));
  return found;
}

function limits({ owner, kind }: InspectedRoot): boolean {
  return owner === "foreign" && LIMITING.has(kind);
}

function second(direction: Direction, { kind, handle, device }: InspectedRoot): Finding {
  return {
    id: "two-limiters",
    level: "trouble",
    direction,
    what: `a foreign ${kind} ${handle} at "${device}" also limits this pod's ${direction}`,
    why:
      "Calico's QoS and the bandwidth plugin honour the same annotations with a TBF (on the node's end for ingress, on an ifb for " +
      "egress): packets also wait in that queue, where small requests wait behind bulk",
    todo:
      "remove the bandwidth plugin from the CNI list, or switch Calico's QoS controls off for these pods; only natra reads " +
      "natra.io annotations",
  };
}
