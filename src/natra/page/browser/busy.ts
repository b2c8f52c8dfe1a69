/** Who is busiest: the part of its limit that a pod uses, of the direction that uses more. */
import type { DirectionInfo, PodInfo } from "../contract.ts";

/** What a pod had counted when it was last asked. */
interface Count {
  readonly time: number;
  readonly ingress: number | null;
  readonly egress: number | null;
}

/** Keeps what all pods had counted, and tells how busy each was since the time before. */
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

  /** In tenths of the limit: what differs by less does not change places. One that is not held comes before all. */
  of({ id, ingress, egress }: PodInfo): number {
    if (isGone(ingress) || isGone(egress)) return Infinity;
    return Math.round((this.#busy.get(id) ?? 0) * 10);
  }
}

/** Whether what should hold a direction is gone. */
export function isGone(info: DirectionInfo | null): boolean {
  return info?.bytes === null;
}
