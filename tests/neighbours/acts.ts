/** What other projects do to a pod's veth, as far as their sources and tests on a kernel tell. */
import { HOST_VETH } from "../rig/pod.ts";
import type { Namespace } from "../rig/namespace.ts";
import { type Conduct, Neighbour, type NeighbourHook, type Seat } from "../rig/neighbour.ts";

/** Where AWS's network policy agent puts its filters, and their verdict for what it allows. */
export const AWS_SEAT: Seat = ["clsact", 1, 1];
export const AWS_CONDUCT: Conduct = "ok";

interface Shown {
  readonly pref: number;
  readonly kind: string;
  readonly options?: { readonly handle?: string };
}

/** AWS's agent on both hooks of the node's end. */
export async function attachAws(
  node: Namespace,
): Promise<Readonly<Record<"ingress" | "egress", Neighbour>> & AsyncDisposable> {
  const hook = (point: NeighbourHook["point"]): NeighbourHook => ({
    namespace: node,
    link: HOST_VETH,
    point,
  });
  await using owned = new AsyncDisposableStack();
  const ingress = owned.use(await Neighbour.attach(hook("ingress"), AWS_SEAT, AWS_CONDUCT));
  const egress = owned.use(await Neighbour.attach(hook("egress"), AWS_SEAT, AWS_CONDUCT));
  const kept = owned.move();
  return { ingress, egress, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/**
 * AWS's agent on a conflict: deletes the first filter with handle 0x1, its own or not. @returns whether
 * there was one
 */
export async function deleteFirstHandle1({ namespace, link, point }: NeighbourHook): Promise<boolean> {
  const shown = JSON.parse(
    await namespace.run(["tc", "-j", "filter", "show", "dev", link, point]),
  ) as Shown[];
  const first = shown.find(({ options }) => options?.handle === "0x1");
  if (first === undefined) return false;
  const which = ["protocol", "all", "pref", `${first.pref}`, "handle", "0x1", first.kind];
  await namespace.run(["tc", "filter", "del", "dev", link, point, ...which]);
  return true;
}

/** Cilium, once it has attached its programs by tcx: deletes every clsact filter of that direction. */
export async function deleteFilters({ namespace, link, point }: NeighbourHook): Promise<void> {
  await namespace.run(["tc", "filter", "del", "dev", link, point]);
}

/** Calico's eBPF mode, once it has attached its programs by tcx: deletes the clsact qdisc. */
export async function deleteClsact(node: Namespace): Promise<void> {
  await node.run(["tc", "qdisc", "del", "dev", HOST_VETH, "clsact"]);
}

const TBF = ["handle", "1:", "tbf", "rate", "10mbit", "burst", "32kb", "limit", "1mb"];

/**
 * Calico's QoS, and the bandwidth plugin: what the pod receives waits in a TBF at the root of the node's end.
 */
export async function shapeIngress(node: Namespace): Promise<void> {
  await node.run(["tc", "qdisc", "replace", "dev", HOST_VETH, "root", ...TBF]);
}

/** The same for what the pod sends: a TBF on an ifb of the node. */
export async function shapeEgress(node: Namespace): Promise<void> {
  const ifb = "bwcali0";
  await node.run(["ip", "link", "add", ifb, "up", "type", "ifb"]);
  await node.run(["tc", "qdisc", "add", "dev", ifb, "root", ...TBF]);
  await node.run(["tc", "qdisc", "add", "dev", HOST_VETH, "handle", "ffff:", "ingress"]);
  const all = ["protocol", "all", "prio", "1", "u32", "match", "u32", "0", "0"];
  const redirect = ["action", "mirred", "egress", "redirect", "dev", ifb];
  await node.run(["tc", "filter", "add", "dev", HOST_VETH, "parent", "ffff:", ...all, ...redirect]);
}
