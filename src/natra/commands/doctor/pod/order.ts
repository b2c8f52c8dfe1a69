import type { Finding } from "../finding.ts";
import type { Evidence } from "./evidence.ts";

/** Finds foreign programs that see packets before natra's. */
export function order({ inspection, comparisons }: Evidence): Finding[] {
  return inspection.hooks.flatMap(({ direction, program, device, point, before }): Finding[] => {
    if (before === null || before.length === 0) return [];
    const { verdict } = comparisons[direction];
    const proven = verdict === "counted" && program !== "natra_guard"
      ? "; during the watch all packets reached natra"
      : verdict === "missed"
      ? "; during the watch packets missed natra"
      : "";
    return [{
      id: "not-first",
      level: "notice",
      direction,
      what: `${before.join(", ")} at the ${point} hook of "${device}" runs before ${program}${proven}`,
      why:
        "packets that it redirects or passes with verdict OK end there: natra neither counts nor sorts them",
      todo:
        "nothing as long as natra counts all packets; otherwise let that program return TCX_NEXT (TC_ACT_UNSPEC), or attach it " +
        "before natra does: of two programs at the head the later one runs first",
    }];
  });
}
