import type { Applied } from "../../../datapath/record.ts";
import { hasPin } from "../../../../ebpf/pins.ts";
import { BPFFS } from "../../../../registry/names.ts";
import type { Finding } from "../finding.ts";

/** The map of Cilium's bandwidth manager; Cilium removes it where that is off. */
const THROTTLE = `${BPFFS}/tc/globals/cilium_throttle`;

/** Limits whose source Cilium reads, too. */
const SHARED = /^(annotation kubernetes\.io\/|runtimeConfig)/;

/** Cilium's bandwidth manager, which honours the annotation of what a pod sends. */
export function cilium(pods: readonly Applied[]): Finding[] {
  const both = pods.filter(({ egress }) => SHARED.test(egress?.limit.source ?? ""));
  if (both.length === 0 || !hasPin(THROTTLE)) return [];
  return [{
    id: "two-limiters",
    level: "trouble",
    direction: "egress",
    what:
      `Cilium's bandwidth manager is on ("${THROTTLE}" is there), and so are natra's limits of ${both.length} pods`,
    why:
      "both honour kubernetes.io/egress-bandwidth: packets are paced twice, and Cilium's knows no small flows",
    todo:
      "switch it off (bandwidthManager.enabled=false), or use natra.io annotations, which Cilium does not read",
  }];
}
