/** Decides a running pod's limits, from its annotations and its current limits. */
import type { ClusterPod } from "./node_view.ts";
import { DEFAULTS } from "../cni/natra_conf.ts";
import type { ConfAtAdd } from "../limits/sources.ts";
import { decideLimits, type Decision } from "../limits/limits.ts";
import { changedFields, type DirectionLimit, type LimitFields, type Limits } from "../limits/fields.ts";
import { SOURCE as BY_HAND } from "../commands/limit/wanted.ts";
import { byDirection, type Direction, DIRECTIONS } from "../../pod/direction.ts";

/**
 * What the pod's annotations and its namespace's ask for. `runtimeConfig.bandwidth` is left out: runtimes
 * make it from the pod's annotations at its start, which may have changed.
 *
 * @param confAtAdd null: unknown.
 */
export function limitsFromAnnotations({ pod, namespace }: ClusterPod, confAtAdd: ConfAtAdd | null): Decision {
  return decideLimits({
    annotations: pod.metadata.annotations,
    namespaceAnnotations: namespace.metadata.annotations,
    runtimeBandwidth: undefined,
    conf: confAtAdd?.conf ?? {},
    maxSketchBytes: confAtAdd?.maxSketchBytes ?? DEFAULTS.maxSketchBytes,
  });
}

/** What is known about a pod when it is reconciled. */
export interface Situation {
  readonly wanted: Limits;
  /** Its limits now. */
  readonly held: Limits;
  /** The fingerprint of what was wanted last time; null: this is the first time. */
  readonly before: Readonly<Record<Direction, string>> | null;
  /** Whether the CNI configuration at its ADD is known. */
  readonly isConfKnown: boolean;
}

/** The limits to set: those that are wanted, unless limits were set by hand on the node. */
export function targetLimits(situation: Situation): Limits {
  return byDirection((direction) => target(direction, situation));
}

/** What is wanted for each direction, as text to compare. */
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
  // A default of an unknown configuration must not count as removed.
  if (want === null && have !== null && !isConfKnown && !have.source.includes("annotation ")) return have;
  if (before !== null) return before[direction] === fingerprint(wanted)[direction] ? have : want;
  // The first time it is unknown whether a different limit was set by hand, unless its source says so.
  if (have === null) return want;
  if (have.source === BY_HAND) return have;
  // A sketch that was widened keeps its width as long as nothing else changes.
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
