import type { Bucket } from "../limits/limits.ts";
import type { PodVeth } from "../pod/veth.ts";
import { type Direction, interfacePins } from "../state/names.ts";
import type { RecordKey } from "../state/records.ts";
import type { Hook } from "./attach/attachment.ts";
import type { ProgramName } from "./object.ts";
import type { Device } from "./pacer/pacer.ts";

/** A program's place: the hook, and how to get into its namespace. */
export interface Place {
  readonly program: ProgramName;
  /** Which end of the veth. */
  readonly end: "inside" | "outside";
  readonly hook: Hook;
  /** Runs `f` in the network namespace of the hook's interface. */
  run<T>(f: () => T extends PromiseLike<unknown> ? never : T): T;
}

/** The directory of one direction's pins. */
export function directionPins({ containerId, ifname }: RecordKey, direction: Direction): string {
  return `${interfacePins(containerId, ifname)}/${direction}`;
}

/** The interface that a direction queues on: where its packets leave for the other side. */
export function deviceOf(direction: Direction, veth: PodVeth): Device {
  return direction === "ingress" ? veth.outside : veth.inside;
}

/**
 * Where one direction's programs go. What the pod receives is shaped where the node hands it over; what it sends is shaped
 * where it leaves the pod, so that TCP inside feels the queue, and guarded where it arrives, which the pod cannot reach.
 */
export function placesOf(
  key: RecordKey,
  direction: Direction,
  veth: PodVeth,
  bucket: Bucket,
): Place[] {
  const pins = directionPins(key, direction);
  const outside = (program: ProgramName, point: Hook["point"], pin: string): Place => ({
    program,
    end: "outside",
    hook: { ifindex: veth.outside.link.index, netlink: veth.outside.netlink, point, pin: `${pins}/${pin}` },
    run: (f) => f(),
  });
  if (direction === "ingress") return [outside("natra_shape", "egress", "shape")];
  return [
    {
      program: "natra_shape",
      end: "inside",
      hook: {
        ifindex: veth.inside.link.index,
        netlink: veth.inside.netlink,
        point: "egress",
        pin: `${pins}/shape`,
      },
      run: (f) => veth.netns.run(f),
    },
    // A rate for each flow is no rate for the pod: there is nothing to guard.
    ...(bucket === "pod" ? [outside("natra_guard", "ingress", "guard")] : []),
  ];
}
