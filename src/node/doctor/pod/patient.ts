import type { Applied } from "../../../datapath/applied.ts";
import type { Inspection, Sample } from "../../../datapath/inspect.ts";
import type { Difference } from "../../../datapath/verify.ts";
import type { Proof } from "./passing.ts";
import type { Direction } from "../../../state/names.ts";

/** A pod that lives, and what was found out about it. */
export interface Patient {
  readonly applied: Applied;
  /** What CHECK would say. */
  readonly differences: readonly Difference[];
  readonly inspection: Inspection;
  /** Before and after the watch; null if nobody watched. */
  readonly watched: { readonly before: Sample; readonly after: Sample } | null;
  /** What the watch showed. */
  readonly proofs: Readonly<Record<Direction, Proof>>;
}
