import { ifbName } from "./handles.ts";
import { addIfb, deleteLink, linkByName } from "../../net/links.ts";
import type { PodVeth } from "../../pod/veth.ts";
import type { Device } from "./pacer/pacer.ts";

/**
 * The ifb in the pod's namespace that its ingress queues on.
 *
 * @returns null if there is none.
 * @throws {NativeError}
 */
export function findIfb({ inside: { link, netlink } }: PodVeth): Device | null {
  const ifb = linkByName(netlink, ifbName(link.index));
  if (ifb === null || ifb.kind !== "ifb") return null;
  // its packets come from the pod's interface
  return { link: { ...ifb, mtu: Math.max(ifb.mtu, link.mtu) }, netlink };
}

/** Makes the ifb and brings it up. @throws {NativeError} If the kernel has no ifb. */
export function makeIfb(veth: PodVeth): Device {
  const { link, netlink } = veth.inside;
  if (findIfb(veth) === null) addIfb(netlink, ifbName(link.index));
  const ifb = findIfb(veth);
  if (ifb === null) throw new Error(`Cannot find "${ifbName(link.index)}", which was just made`);
  return ifb;
}

/** Deletes the ifb with its queue and programs, if it is there. @throws {NativeError} */
export function removeIfb(veth: PodVeth): void {
  const ifb = findIfb(veth);
  if (ifb !== null) deleteLink(ifb.netlink, ifb.link);
}
