import { FILTER_HANDLE } from "./handles.ts";
import { interfacePins } from "../node_state.ts";
import type { Bucket, Limits } from "../limits/fields.ts";
import type { Netlink } from "../../net/netlink.ts";
import { bypassOfNode } from "../../pod/bypass.ts";
import type { PodVeth } from "../../pod/veth.ts";
import type { Direction } from "../../pod/direction.ts";
import type { RecordKey } from "../../state/records.ts";
import type { Hook } from "../../ebpf/attach/attachment.ts";
import { findIfb } from "./ifb.ts";
import type { ProgramName } from "./object.ts";
import type { Device } from "./pacer/pacer.ts";

/**
 * Where a pod's ingress is held: at the node's end of the veth, or inside the pod if packets bypass the
 * node's end.
 */
export type Side = "host" | "pod";

/**
 * An interface that programs are attached to: the pod's end of the veth, the node's end, or the ifb inside
 * the pod.
 */
export type End = "inside" | "outside" | "ifb";

/** A hook that a program is attached to. */
export interface Place {
  readonly program: ProgramName;
  readonly end: End;
  readonly hook: Hook;
  /** Runs `f` in the network namespace of the hook's interface. */
  run<T>(f: () => T extends PromiseLike<unknown> ? never : T): T;
}

/** Whether any program is attached to that end of the veth. */
export function usesEnd(end: "inside" | "outside", { ingress, egress }: Limits, side: Side): boolean {
  const holdsIngress = ingress !== null && (side === "pod") === (end === "inside");
  return holdsIngress || (egress !== null && (end === "inside" || egress.bucket === "pod"));
}

/** The directory of one direction's pins. */
export function directionPins({ containerId, ifname }: RecordKey, direction: Direction): string {
  return `${interfacePins(containerId, ifname)}/${direction}`;
}

/**
 * The interface that a direction queues on: where its packets leave for the other side. Inside a pod, ingress
 * queues on an ifb; without one it can only be policed as it arrives.
 */
export function deviceOf(direction: Direction, veth: PodVeth, side: Side): Device {
  if (direction === "egress") return veth.inside;
  return side === "host" ? veth.outside : findIfb(veth) ?? veth.inside;
}

/**
 * The hooks of one direction's programs. Ingress is shaped where the node hands it over. Egress is shaped
 * where it leaves the pod, so that TCP inside feels the queue, and guarded where it arrives on the node,
 * which the pod cannot reach.
 */
export function placesOf(
  key: RecordKey,
  direction: Direction,
  veth: PodVeth,
  bucket: Bucket,
  side: Side,
): Place[] {
  const pins = directionPins(key, direction);
  const place = (
    program: ProgramName,
    end: End,
    device: Device,
    point: Hook["point"],
    redirectTo?: number,
  ): Place => ({
    program,
    end,
    hook: {
      ifindex: device.link.index,
      netlink: device.netlink,
      point,
      pin: `${pins}/${program.replace("natra_", "")}`,
      filterHandle: FILTER_HANDLE,
      ...(redirectTo === undefined ? {} : { redirectTo }),
    },
    run: end === "outside" ? (f) => f() : (f) => veth.netns.run(f),
  });
  if (direction === "egress") {
    const shape = place("natra_shape", "inside", veth.inside, "egress");
    // A rate for each flow limits no sum: there is nothing to guard.
    return bucket === "flow" ? [shape] : [shape, place("natra_guard", "outside", veth.outside, "ingress")];
  }
  if (side === "host") return [place("natra_shape", "outside", veth.outside, "egress")];
  const ifb = findIfb(veth);
  if (ifb === null) return [place("natra_shape", "inside", veth.inside, "ingress")];
  return [
    place("natra_shape", "ifb", ifb, "egress"),
    place("natra_redirect", "inside", veth.inside, "ingress", ifb.link.index),
  ];
}

/** Whether a program polices what the queue let through, in case the pod removed that. */
export function isGuard({ program }: Pick<Place, "program">): boolean {
  return program === "natra_guard";
}

/** Where ingress is to be held, as requested. */
export type AskedSide = "auto" | Side;

/**
 * Chooses where ingress is held. The node's end of the veth is better, because the pod cannot reach it,
 * except with a main CNI whose packets bypass that end.
 *
 * @param netlink A socket in the node's namespace.
 * @throws {NativeError}
 */
export function selectSide(
  asked: AskedSide,
  netlink: Netlink,
): { readonly side: Side; readonly why: string } {
  if (asked !== "auto") return { side: asked, why: "as asked" };
  const bypass = bypassOfNode(netlink);
  if (bypass === null) {
    return { side: "host", why: "nothing on this node bypasses the node's end of the veth" };
  }
  return {
    side: "pod",
    why: `packets of ${bypass.cni} bypass the node's end of the veth: "${bypass.sign}" is on this node`,
  };
}
