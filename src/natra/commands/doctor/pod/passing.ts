import type { Applied } from "../../../datapath/record.ts";
import type { Counters } from "../../../datapath/counters.ts";
import type { VethSample } from "../../../datapath/inspect.ts";
import type { Direction } from "../../../../pod/direction.ts";
import type { Finding } from "../finding.ts";
import type { Comparison, Evidence } from "./evidence.ts";

/** Fewer bytes than this prove nothing: address resolution and the like. */
const MIN_BYTES = 10_000n;
/**
 * A missing tenth is tolerated, because the two counters are not read at one moment. natra itself never
 * counts less: it counts the headers of each segment, the interface those of the whole GSO packet.
 */
const TOLERANCE = 10n;

const UNKNOWN: Comparison = { verdict: "unknown", interfaceBytes: null, countedBytes: null };

/** Compares natra's counters with those of the pod's end of the veth, where every packet arrives. */
export function compareCounters(
  applied: Applied,
  direction: Direction,
  watched: Evidence["watched"],
  waiting: number,
): Comparison {
  if (watched === null || applied[direction] === null) return UNKNOWN;
  const { before, after } = watched;
  const counted = shaped(after.counters[direction], before.counters[direction]);
  const passed = direction === "ingress"
    ? after.inside.rxBytes - before.inside.rxBytes
    : after.inside.txBytes - before.inside.txBytes;
  if (counted === null) return { ...UNKNOWN, interfaceBytes: passed };
  // What waited when the watch began was counted before it and passed during it.
  const verdict = passed < MIN_BYTES
    ? "idle"
    : misses(passed, counted + BigInt(waiting))
    ? "missed"
    : "counted";
  return { verdict, interfaceBytes: passed, countedBytes: counted };
}

function misses(passed: bigint, counted: bigint): boolean {
  const missing = passed - counted;
  return missing > MIN_BYTES && missing * TOLERANCE > passed;
}

function shaped(after: Counters | null, before: Counters | null): bigint | null {
  if (after === null || before === null) return null;
  return after.light_bytes + after.heavy_bytes - before.light_bytes - before.heavy_bytes;
}

/** Finds packets that are not limited. */
export function passing({ applied, watched, comparisons }: Evidence): Finding[] {
  if (watched === null) return [];
  const found: Finding[] = [];
  const { ingress, egress } = comparisons;
  if (ingress.verdict === "missed") found.push(missedIngress(applied, watched, ingress));
  if (egress.verdict === "missed") found.push(uncounted("egress", egress));
  const guard = skippedGuard(applied, watched);
  return guard === null ? found : [...found, guard];
}

function missedIngress(
  applied: Applied,
  { before, after }: { before: VethSample; after: VethSample },
  comparison: Comparison,
): Finding {
  const counted = comparison.countedBytes ?? 0n;
  const sent = after.outside.txBytes - before.outside.txBytes;
  const byNode = applied.side === "host" && !misses(sent, counted);
  if (!byNode) return uncounted("ingress", comparison);
  return {
    id: "bypassed",
    level: "trouble",
    direction: "ingress",
    what:
      `"${applied.ifname}" received ${comparison.interfaceBytes} bytes, only ${sent} of them through "${applied.outside.name}", ` +
      `where natra counted ${counted}`,
    why: "packets reach the pod past the node's end of its veth (bpf_redirect_peer), so they are not limited",
    todo:
      'set "attach": "podside" in the CNI list and restart the pod: its ingress is then held inside it; with "auto" natra ' +
      "chooses that itself beside a main CNI that it knows",
  };
}

function uncounted(direction: Direction, { interfaceBytes, countedBytes }: Comparison): Finding {
  return {
    id: "uncounted",
    level: "trouble",
    direction,
    what: `${interfaceBytes} bytes passed the interface, and natra's program counted ${countedBytes}`,
    why:
      "a foreign program runs first and ends the hook, or natra's program is not attached: packets reach the queue unsorted, " +
      "so small requests wait behind bulk; without the queue there is no limit at all",
    todo: "see the other findings about this pod: order, program, queue",
  };
}

/** Finds packets that missed the guard, which counts what it passes unless light flows are free. */
function skippedGuard(
  { egress, outside }: Applied,
  { before, after }: { before: VethSample; after: VethSample },
): Finding | null {
  const [now, then] = [after.counters.egress, before.counters.egress];
  if (egress === null || egress.limit.bucket !== "pod" || egress.limit.mice !== "charged") return null;
  if (now === null || then === null || now.guard_drops > then.guard_drops) return null;
  const arrived = after.outside.rxBytes - before.outside.rxBytes;
  const counted = now.guard_bytes - then.guard_bytes;
  if (arrived < MIN_BYTES || !misses(arrived, counted)) return null;
  return {
    id: "guard-skipped",
    level: "trouble",
    direction: "egress",
    what: `${arrived} bytes arrived from the pod at "${outside.name}", and natra's guard counted ${counted}`,
    why:
      "a foreign program runs first and ends the hook, so a pod that deletes its own queue would not be limited",
    todo: "use tcx (Linux 6.6), where natra is first; with clsact, let the other program attach before natra",
  };
}
