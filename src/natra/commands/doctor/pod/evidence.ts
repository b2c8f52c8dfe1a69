import type { Applied } from "../../../datapath/record.ts";
import type { Inspection, VethSample } from "../../../datapath/inspect.ts";
import type { Difference } from "../../../datapath/verify.ts";
import type { Direction } from "../../../../pod/direction.ts";

/**
 * Whether natra counted what the interfaces counted: `counted`; `missed`: it did not; `idle`: too little passed to tell;
 * `unknown`: nobody watched, or its counters are gone. Bytes, while it was watched.
 */
export interface Comparison {
  readonly verdict: "counted" | "missed" | "idle" | "unknown";
  /** At the pod's end of the veth. */
  readonly interfaceBytes: bigint | null;
  readonly countedBytes: bigint | null;
}

/** A pod that lives, and what was found out about it. */
export interface Evidence {
  readonly applied: Applied;
  /** What CHECK would say. */
  readonly differences: readonly Difference[];
  readonly inspection: Inspection;
  /** Before and after the watch; null if nobody watched. */
  readonly watched: { readonly before: VethSample; readonly after: VethSample } | null;
  /** What the watch showed. */
  readonly comparisons: Readonly<Record<Direction, Comparison>>;
}
