import type { Applied } from "../../../datapath/record.ts";
import type { Inspection, VethSample } from "../../../datapath/inspect.ts";
import type { Difference } from "../../../datapath/verify.ts";
import type { Direction } from "../../../../pod/direction.ts";

/**
 * Compares natra's counters with the interface's during the watch. `counted`: natra counted all bytes;
 * `missed`: it missed some; `idle`: too few passed to decide; `unknown`: there was no watch, or the counters
 * are gone.
 */
export interface Comparison {
  readonly verdict: "counted" | "missed" | "idle" | "unknown";
  /** At the pod's end of the veth. */
  readonly interfaceBytes: bigint | null;
  readonly countedBytes: bigint | null;
}

/** A living pod, and what the checks look at. */
export interface Evidence {
  readonly applied: Applied;
  /** What CHECK would report. */
  readonly differences: readonly Difference[];
  readonly inspection: Inspection;
  /** Before and after the watch; null: there was no watch. */
  readonly watched: { readonly before: VethSample; readonly after: VethSample } | null;
  readonly comparisons: Readonly<Record<Direction, Comparison>>;
}
