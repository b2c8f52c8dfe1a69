/** The project's own netlink sockets, opened in the rig's namespaces. */
import { Netlink, type NetlinkOptions } from "../../src/net/netlink.ts";
import { NetNs } from "../../src/net/netns.ts";
import type { Namespace } from "./namespace.ts";

/** Runs `f` in a namespace: sockets that it opens belong there. */
export function inNamespace<T>({ path }: Namespace, f: () => T extends PromiseLike<unknown> ? never : T): T {
  using netns = new NetNs(path);
  return netns.run(f);
}

/** Opens a netlink socket in a namespace. */
export function netlinkIn(namespace: Namespace, options: NetlinkOptions = {}): Netlink {
  return inNamespace(namespace, () => new Netlink(options));
}
