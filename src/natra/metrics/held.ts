/** The pods that are held on this node, for the metrics and the page. */
import { allApplied, type Applied, type AppliedDirection } from "../datapath/record.ts";
import type { Records } from "../../state/records.ts";
import { records } from "../node_state.ts";
import type { Direction } from "../../pod/direction.ts";

/** One direction of a pod that is held. */
export interface HeldDirection {
  readonly direction: Direction;
  readonly held: AppliedDirection;
}

/** A pod's namespace and name; its container's ID if the runtime gave no name. */
export function nameOf({ pod, containerId }: Applied): { readonly namespace: string; readonly pod: string } {
  return pod === null ? { namespace: "", pod: containerId } : { namespace: pod.namespace, pod: pod.name };
}

/**
 * Every pod that is held, by name. If a pod's old sandbox is still there beside its new one, only the new one
 * counts: two series must not have the same name.
 */
export function heldPods(from: Records = records): Applied[] {
  const newest = new Map<string, Applied>();
  for (const applied of allApplied(from)) {
    if (!applied.complete) continue;
    const { namespace, pod } = nameOf(applied);
    const key = JSON.stringify([namespace, pod, applied.ifname]);
    const other = newest.get(key);
    if (other === undefined || other.created < applied.created) newest.set(key, applied);
  }
  return [...newest.entries()].sort(([a], [b]) => a < b ? -1 : 1).map(([, applied]) => applied);
}

/** The directions of a pod that are held. */
export function heldDirections(applied: Applied): HeldDirection[] {
  return (["egress", "ingress"] as const).flatMap((direction) => {
    const held = applied[direction];
    return held === null ? [] : [{ direction, held }];
  });
}
