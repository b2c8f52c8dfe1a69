import type { Direction } from "../../../pod/direction.ts";

/**
 * A finding with the pod that it is about. The `id`s are in docs/troubleshooting.md, and scripts may rely on
 * them.
 */
export interface ReportedFinding {
  readonly id: string;
  /** `trouble`: a limit does not work as it should; `notice`: worth knowing, not a fault by itself. */
  readonly level: "trouble" | "notice";
  /** null: about the node. */
  readonly pod: PodId | null;
  /** null: both or neither. */
  readonly direction: Direction | null;
  readonly what: string;
  readonly why: string;
  readonly todo: string;
}

/** The pod that a finding is about. */
export interface PodId {
  /** namespace/name, or the container's ID if the runtime gave no name. */
  readonly name: string;
  readonly containerId: string;
  readonly ifname: string;
}

/** What a check returns; the doctor adds the pod. */
export type Finding = Omit<ReportedFinding, "pod" | "direction"> & { readonly direction?: Direction };
