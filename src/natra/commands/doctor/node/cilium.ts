import type { Applied } from "../../../datapath/record.ts";
import { hasPin } from "../../../../ebpf/pins.ts";
import { BPFFS } from "../../../../registry/names.ts";
import type { Finding } from "../finding.ts";

/** The map of Cilium's bandwidth manager; Cilium removes it when that is off. */
const THROTTLE = `${BPFFS}/tc/globals/cilium_throttle`;

/** Sources of limits that Cilium reads, too. */
const SHARED = /^(annotation kubernetes\.io\/|runtimeConfig)/;

/** Finds Cilium's bandwidth manager, which honours the egress annotation. */
export function cilium(pods: readonly Applied[]): Finding[] {
  const both = pods.filter(({ egress }) => SHARED.test(egress?.limit.source ?? ""));
  if (both.length === 0 || !hasPin(THROTTLE)) return [];
  return [{
    id: "two-limiters",
    level: "trouble",
    direction: "egress",
    what: `Cilium's bandwidth manager is on ("${THROTTLE}" exists), and natra limits ${both.length} pods`,
    why:
      "both honour kubernetes.io/egress-bandwidth: packets are paced twice, and Cilium does not prefer small flows",
    todo:
      "switch it off (bandwidthManager.enabled=false), or use natra.io annotations, which Cilium does not read",
  }];
}
