import { ifbName } from "./handles.ts";
import { addIfb, deleteLink, linkByName } from "../../net/links.ts";
import type { PodVeth } from "../../pod/veth.ts";
import type { Device } from "./pacer/pacer.ts";

/** The ifb that a pod's ingress queues on, in the pod's namespace. @returns null if there is none. @throws {NativeError} */
export function findIfb({ inside: { link, netlink } }: PodVeth): Device | null {
  const ifb = linkByName(netlink, ifbName(link.index));
  if (ifb === null || ifb.kind !== "ifb") return null;
  return { link: { ...ifb, mtu: Math.max(ifb.mtu, link.mtu) }, netlink }; // what is sent there came from the pod's interface
}

/** Makes it, and brings it up. @throws {NativeError} If the kernel has no ifb. */
export function makeIfb(veth: PodVeth): Device {
  const { link, netlink } = veth.inside;
  if (findIfb(veth) === null) addIfb(netlink, ifbName(link.index));
  const ifb = findIfb(veth);
  if (ifb === null) throw new Error(`Cannot find "${ifbName(link.index)}", which was just made`);
  return ifb;
}

/** Deletes it, with all that is on it. What is not there is no error. @throws {NativeError} */
export function removeIfb(veth: PodVeth): void {
  const ifb = findIfb(veth);
  if (ifb !== null) deleteLink(ifb.netlink, ifb.link);
}
