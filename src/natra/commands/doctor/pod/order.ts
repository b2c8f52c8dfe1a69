import type { Finding } from "../finding.ts";
import type { Evidence } from "./evidence.ts";

/** Others' programs that see packets before natra's. */
export function order({ inspection, comparisons }: Evidence): Finding[] {
  return inspection.hooks.flatMap(({ direction, program, device, point, before }): Finding[] => {
    if (before === null || before.length === 0) return [];
    const { verdict } = comparisons[direction];
    const proven = verdict === "counted" && program !== "natra_guard"
      ? "; what passed while it was watched reached natra all the same"
      : verdict === "missed"
      ? "; and packets do miss it"
      : "";
    return [{
      id: "not-first",
      level: "notice",
      direction,
      what: `${before.join(", ")} at the ${point} hook of "${device}" before ${program}${proven}`,
      why:
        "what that program passes with verdict OK, or redirects, ends there: natra neither counts nor sorts it",
      todo:
        "nothing while natra counts what passes; else let that program return TCX_NEXT (TC_ACT_UNSPEC), or attach it before " +
        "natra: of two at the head the later comes first",
    }];
  });
}
