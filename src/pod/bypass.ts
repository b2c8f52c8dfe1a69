import { linkByName } from "../net/links.ts";
import type { Netlink } from "../net/netlink.ts";

/** A main CNI whose packets reach a pod past the egress hook of the node's end of the veth. */
export interface Bypass {
  /** Its name. */
  readonly cni: string;
  /** Plugin types that always do so; for the other CNIs it depends on a mode that the list does not show. */
  readonly plugins: readonly string[];
  /** An interface on the node that exists only while the CNI does so. */
  readonly sign: string;
}

/**
 * They redirect packets to the pod's own interface (bpf_redirect_peer), so hooks and queues of the node's end
 * do not see them. Cilium does so only with BPF host routing; without it packets pass both ends, so holding
 * them inside the pod works either way.
 */
export const BYPASSES: readonly Bypass[] = [
  { cni: "Cilium", plugins: ["cilium-cni"], sign: "cilium_host" },
  // Felix makes the interface in its eBPF mode and removes it when that is switched off. The list is the same
  // in both.
  { cni: "Calico's eBPF mode", plugins: [], sign: "bpfin.cali" },
];

/**
 * The bypass that a list of plugins implies.
 *
 * @param types The `type` of each plugin.
 * @returns null if there is none.
 */
export function bypassOfPlugins(types: readonly string[]): Bypass | null {
  return BYPASSES.find(({ plugins }) => plugins.some((type) => types.includes(type))) ?? null;
}

/**
 * The bypass on this node. stdin does not show it: a chained plugin gets neither the types nor the
 * configurations of the other plugins.
 *
 * @param netlink A socket in the node's namespace.
 * @returns null if there is none.
 * @throws {NativeError}
 */
export function bypassOfNode(netlink: Netlink): Bypass | null {
  return BYPASSES.find(({ sign }) => linkByName(netlink, sign) !== null) ?? null;
}
