import { linkByName } from "../net/links.ts";
import type { Netlink } from "../net/netlink.ts";

/** A main CNI that hands packets to a pod past the egress hook of the veth's end on the node. */
export interface Bypass {
  /** Its name. */
  readonly cni: string;
  /** Types of plugins in a list that say so by themselves; a list says nothing of the others' modes. */
  readonly plugins: readonly string[];
  /** An interface of the node that is there exactly while it works so. */
  readonly sign: string;
}

/**
 * They redirect packets to the pod's own interface (bpf_redirect_peer), so no hook and no queue of the node's end sees them.
 * Cilium does so with BPF host routing alone; without it its packets pass both, so what is inside the pod holds either way.
 */
export const BYPASSES: readonly Bypass[] = [
  { cni: "Cilium", plugins: ["cilium-cni"], sign: "cilium_host" },
  // Felix makes it with its eBPF mode, and removes it when that is switched off. The list is the same in both modes.
  { cni: "Calico's eBPF mode", plugins: [], sign: "bpfin.cali" },
];

/** The bypass that a list of plugins tells of. @param types The `type` of each of them. @returns null if there is none. */
export function bypassOfPlugins(types: readonly string[]): Bypass | null {
  return BYPASSES.find(({ plugins }) => plugins.some((type) => types.includes(type))) ?? null;
}

/**
 * The bypass at work on this node. What is on stdin cannot tell: a chained plugin gets neither the others' types nor their
 * configuration.
 *
 * @param netlink A socket in the node's namespace.
 * @returns null if there is none.
 * @throws {NativeError}
 */
export function bypassOfNode(netlink: Netlink): Bypass | null {
  return BYPASSES.find(({ sign }) => linkByName(netlink, sign) !== null) ?? null;
}
