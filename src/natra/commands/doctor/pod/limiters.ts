import type { InspectedRoot } from "../../../datapath/inspect.ts";
import type { Direction } from "../../../../pod/direction.ts";
import type { Finding } from "../finding.ts";
import type { Evidence } from "./evidence.ts";

/** Kinds of queues that hold a rate. */
const LIMITING = new Set(["tbf", "htb", "hfsc", "cbq", "cake"]);

/** Somebody else who holds the same pod to a rate. */
export function limiters({ applied, inspection: { outside, redirects } }: Evidence): Finding[] {
  const found: Finding[] = [];
  if (applied.ingress !== null && limits(outside)) found.push(second("ingress", outside));
  const redirected = redirects.find(limits);
  if (applied.egress !== null && redirected !== undefined) found.push(second("egress", redirected));
  return found;
}

function limits({ whose, kind }: InspectedRoot): boolean {
  return whose === "another's" && LIMITING.has(kind);
}

function second(direction: Direction, { kind, handle, device }: InspectedRoot): Finding {
  return {
    id: "two-limiters",
    level: "trouble",
    direction,
    what: `another's ${kind} ${handle} at "${device}" holds this pod's ${direction}, too`,
    why:
      "Calico's QoS and the bandwidth plugin honour the same annotations with a TBF (on the node's end for ingress, on an ifb for " +
      "egress): packets wait in that one, too, where small requests stand behind bulk",
    todo:
      "take the bandwidth plugin out of the CNI list, or switch Calico's QoS controls off for these pods; natra.io annotations " +
      "are read by natra alone",
  };
}
