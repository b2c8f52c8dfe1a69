import { DIRECTIONS } from "../../../../pod/direction.ts";
import type { Finding } from "../finding.ts";
import type { Evidence } from "./evidence.ts";

/** Finds a pacer that is not the one asked for. */
export function fallback({ applied }: Evidence): Finding[] {
  return DIRECTIONS.flatMap((direction): Finding[] => {
    const held = applied[direction];
    if (held === null || held.pacer === held.limit.pacer) return [];
    const why = applied.choices.find(({ what }) => what === `${direction} pacer`)?.why ?? "reason unknown";
    if (held.pacer === "police") {
      return [{
        id: "policed",
        level: "trouble",
        direction,
        what: `${direction} is policed, not queued: ${why}`,
        why: "the limit is enforced by drops, which halve TCP above about 10 Mbit/s",
        todo: "load sch_htb (podside: ifb, too), or remove the foreign queue from the interface",
      }];
    }
    if (held.limit.pacer === "auto") return [];
    return [{
      id: "other-pacer",
      level: "notice",
      direction,
      what: `${direction} has pacer ${held.pacer}, not ${held.limit.pacer} as requested: ${why}`,
      why: "the limit still works",
      todo: "load the missing module (EDT: sch_fq), or ask for another pacer",
    }];
  });
}
