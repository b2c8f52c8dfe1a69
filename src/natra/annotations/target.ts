/** What a running pod is to be held to, from what its annotations ask for and what holds it now. */
import type { ClusterPod } from "./node_view.ts";
import { DEFAULTS } from "../cni/natra_conf.ts";
import type { ConfAtAdd } from "../limits/sources.ts";
import { decideLimits, type Decision } from "../limits/limits.ts";
import { changedFields, type DirectionLimit, type LimitFields, type Limits } from "../limits/fields.ts";
import { SOURCE as BY_HAND } from "../commands/limit/wanted.ts";
import { byDirection, type Direction, DIRECTIONS } from "../../pod/direction.ts";

/**
 * What the annotations ask for, the pod's first, then its namespace's. `runtimeConfig.bandwidth` is left out: a runtime makes it of the
 * pod's annotations as they were at its start, and here they are as they are now.
 *
 * @param confAtAdd null: nobody knows.
 */
export function limitsFromAnnotations({ pod, namespace }: ClusterPod, confAtAdd: ConfAtAdd | null): Decision {
  return decideLimits({
    annotations: pod.annotations,
    namespaceAnnotations: namespace.annotations,
    runtimeBandwidth: undefined,
    conf: confAtAdd?.conf ?? {},
    maxSketchBytes: confAtAdd?.maxSketchBytes ?? DEFAULTS.maxSketchBytes,
  });
}

/** What is known when a pod is looked at. */
export interface Situation {
  readonly wanted: Limits;
  /** What holds it now. */
  readonly held: Limits;
  /** What was wanted at the last look, as {@linkcode fingerprint} writes it; null: this is the first one. */
  readonly before: Readonly<Record<Direction, string>> | null;
  /** Whether it is known what the configuration said. */
  readonly isConfKnown: boolean;
}

/** What the pod is to be held to. It is what is wanted, but for what somebody decided on the node. */
export function targetLimits(situation: Situation): Limits {
  return byDirection((direction) => target(direction, situation));
}

/** What is wanted of each direction, to compare with what was wanted before. */
export function fingerprint(wanted: Limits): Readonly<Record<Direction, string>> {
  const write = (limit: DirectionLimit | null): string =>
    JSON.stringify(limit, (_key, value: unknown) => typeof value === "bigint" ? String(value) : value);
  return byDirection((direction) => write(wanted[direction]));
}

function target(
  direction: Direction,
  { wanted, held, before, isConfKnown }: Situation,
): DirectionLimit | null {
  const [want, have] = [wanted[direction], held[direction]];
  // A default of the configuration that nobody remembers must not count as one that was taken away.
  if (want === null && have !== null && !isConfKnown && !have.source.includes("annotation ")) return have;
  if (before !== null) return before[direction] === fingerprint(wanted)[direction] ? have : want;
  // At the first look nobody knows whether what differs was set by hand, unless it says so.
  if (have === null) return want;
  if (have.source === BY_HAND) return have;
  // A sketch that has grown stays as it is for as long as nobody asks for something else.
  return want !== null && isSame({ ...want, width: have.width }, have) && have.width > want.width
    ? have
    : want;
}

/** Whether limits are the same, whatever gave them. */
export function isSameLimits(some: Limits, others: Limits): boolean {
  return DIRECTIONS.every((direction) => {
    const [one, other] = [some[direction], others[direction]];
    return one === null || other === null ? one === other : isSame(one, other);
  });
}

function isSame(one: LimitFields, other: LimitFields): boolean {
  return changedFields(one, other).length === 0;
}
