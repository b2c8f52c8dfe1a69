import { type Link, linkByIndex, linkByName, nsidOf } from "../net/links.ts";
import { Netlink } from "../net/netlink.ts";
import { NetNs, netnsId } from "../net/netns.ts";

/** Both ends of a pod's veth, with the sockets to work on them. Owns the sockets and the namespaces. */
export interface PodVeth extends Disposable {
  readonly netns: NetNs;
  /** The pod's interface, and a socket in the pod's namespace. */
  readonly inside: { readonly link: Link; readonly netlink: Netlink };
  /** The node's end, and a socket in this process's namespace. */
  readonly outside: { readonly link: Link; readonly netlink: Netlink };
}

/** The pod has no such interface (any more). */
export class MissingInterfaceError extends Error {
  override readonly name = "MissingInterfaceError";
}

/** The pod has the interface, but it is none that can be worked on. */
export class UnsuitableInterfaceError extends Error {
  override readonly name = "UnsuitableInterfaceError";
}

/**
 * Finds the node's end of a pod's veth from the pod's end, and proves that they belong together:
 * prevResult.interfaces may list others' interfaces, or none.
 *
 * @param netnsPath CNI_NETNS.
 * @param ifname CNI_IFNAME.
 * @throws {NativeError} If the namespace or netlink fails.
 * @throws {MissingInterfaceError} If there is no such interface.
 * @throws {UnsuitableInterfaceError} If it is not a veth, or its peer is not in this namespace.
 */
export function findVeth(netnsPath: string, ifname: string): PodVeth {
  using undo = new DisposableStack();
  const netns = undo.use(new NetNs(netnsPath));
  const outer = undo.use(new Netlink());
  const inner = undo.use(netns.run(() => new Netlink()));
  const inside = linkByName(inner, ifname);
  if (inside === null) throw new MissingInterfaceError(`Cannot find interface "${ifname}" in "${netnsPath}"`);
  const outside = findPeer(inner, inside, outer, netns);
  const owned = undo.move();
  return {
    netns,
    inside: { link: inside, netlink: inner },
    outside: { link: outside, netlink: outer },
    [Symbol.dispose]: () => owned.dispose(),
  };
}

function findPeer(inner: Netlink, inside: Link, outer: Netlink, netns: NetNs): Link {
  const refuse = (why: string): never => {
    throw new UnsuitableInterfaceError(
      `Cannot find the node's end of "${inside.name}" in "${netns.path}": ${why}`,
    );
  };
  if (inside.kind !== "veth") {
    return refuse(
      `it is ${inside.kind === "" ? "a physical device" : `of kind "${inside.kind}"`}, not a veth`,
    );
  }
  if (inside.peerIndex === undefined) return refuse("the kernel does not report its peer");
  using own = NetNs.own();
  // An interface whose peer is beside it has no id for the peer's namespace, and the same index may exist
  // here, too.
  const isOwn = netnsId(netns.path) === netnsId(own.path);
  const leadsTo = (id: number | undefined, from: Netlink, to: NetNs): boolean =>
    id === undefined ? isOwn : id === nsidOf(from, to);
  if (!leadsTo(inside.peerNsid, inner, own)) return refuse("its peer is in another network namespace");
  const outside = linkByIndex(outer, inside.peerIndex);
  if (outside === null) return refuse(`interface ${inside.peerIndex} is not there`);
  const back = leadsTo(outside.peerNsid, outer, netns);
  if (outside.kind !== "veth" || outside.peerIndex !== inside.index || !back) {
    return refuse(`"${outside.name}" is not its peer`);
  }
  return outside;
}
