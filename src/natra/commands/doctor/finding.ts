import type { Direction } from "../../../pod/direction.ts";

/** Something that the doctor found. The `id`s are in docs/troubleshooting.md, and scripts may rely on them. */
export interface ReportedFinding {
  readonly id: string;
  /** `trouble`: a limit is not what it should be; `notice`: worth knowing, and no fault by itself. */
  readonly level: "trouble" | "notice";
  /** null: the node's. */
  readonly pod: PodId | null;
  /** null: both, or neither. */
  readonly direction: Direction | null;
  readonly what: string;
  readonly why: string;
  readonly todo: string;
}

/** Whom a finding is about. */
export interface PodId {
  /** namespace/name, or the container's ID where the runtime did not say. */
  readonly name: string;
  readonly containerId: string;
  readonly ifname: string;
}

/** What a check says of a finding; the doctor adds whose it is. */
export type Finding = Omit<ReportedFinding, "pod" | "direction"> & { readonly direction?: Direction };
