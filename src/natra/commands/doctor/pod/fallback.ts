import { DIRECTIONS } from "../../../../pod/direction.ts";
import type { Finding } from "../finding.ts";
import type { Evidence } from "./evidence.ts";

/** What this pod got less of than it should have. */
export function fallback({ applied }: Evidence): Finding[] {
  return DIRECTIONS.flatMap((direction): Finding[] => {
    const held = applied[direction];
    if (held === null || held.pacer === held.limit.pacer) return [];
    const why = applied.choices.find(({ what }) => what === `${direction} pacer`)?.why ?? "nobody knows why";
    if (held.pacer === "police") {
      return [{
        id: "policed",
        level: "trouble",
        direction,
        what: `${direction} is policed, not queued: ${why}`,
        why: "the limit holds by drops, which halve TCP above some 10 Mbit/s",
        todo:
          "give the kernel HTB (sch_htb; podside: ifb, too), or take away what is at the interface's root",
      }];
    }
    if (held.limit.pacer === "auto") return [];
    return [{
      id: "other-pacer",
      level: "notice",
      direction,
      what: `${direction} asked for ${held.limit.pacer} and got ${held.pacer}: ${why}`,
      why: "the limit holds all the same",
      todo: "load the module that is missing (EDT: sch_fq), or ask for what there is",
    }];
  });
}
