/** Which pod is busiest: the part of its limit that a pod uses, in the direction that uses more. */
import type { DirectionInfo, PodInfo } from "../contract.ts";

/** A pod's counters at the time of the last answer. */
interface Count {
  readonly time: number;
  readonly ingress: number | null;
  readonly egress: number | null;
}

/** Keeps the last counters of all pods, and computes how busy each pod was since then. */
export class Busyness {
  #before = new Map<string, Count>();
  #busy = new Map<string, number>();

  /** Takes an answer of `/api/pods`. @param now ms. */
  update(pods: readonly PodInfo[], now: number): void {
    const after = new Map<string, Count>();
    this.#busy = new Map();
    for (const pod of pods) {
      const before = this.#before.get(pod.id);
      after.set(pod.id, {
        time: now,
        ingress: pod.ingress?.bytes ?? null,
        egress: pod.egress?.bytes ?? null,
      });
      if (before === undefined) continue;
      const seconds = Math.max(0.001, (now - before.time) / 1000);
      const part = (info: DirectionInfo | null, then: number | null): number =>
        info === null || info.bytes === null || then === null
          ? 0
          : (info.bytes - then) * 8 / seconds / info.rate;
      this.#busy.set(pod.id, Math.max(part(pod.ingress, before.ingress), part(pod.egress, before.egress)));
    }
    this.#before = after;
  }

  /**
   * In tenths of the limit, so that smaller differences do not change the order. A pod that is no longer
   * limited comes first.
   */
  of({ id, ingress, egress }: PodInfo): number {
    if (isGone(ingress) || isGone(egress)) return Infinity;
    return Math.round((this.#busy.get(id) ?? 0) * 10);
  }
}

/** Whether a direction is no longer limited. */
export function isGone(info: DirectionInfo | null): boolean {
  return info?.bytes === null;
}
