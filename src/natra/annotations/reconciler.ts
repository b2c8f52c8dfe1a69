/** Holds running pods to what their annotations say now. */
import { type ClusterPod, podKey } from "./node_view.ts";
import { type Applied, limitsOf } from "../datapath/record.ts";
import type { HoldRequest } from "../datapath/hold.ts";
import type { Warning } from "../../base/log/warning.ts";
import { describeError } from "../../base/log/describe.ts";
import type { Logger } from "../../base/log/log.ts";
import { DIRECTIONS } from "../../pod/direction.ts";
import type { PodInterface } from "./interfaces.ts";
import { fingerprint, isSameLimits, limitsFromAnnotations, targetLimits } from "./target.ts";

/** Changes what holds a pod. @returns What holds it now; null: nothing. @throws {Error} If it fails. */
export type Change = (request: HoldRequest) => Applied | null;

/** What a look at a pod came to. */
export interface Look {
  /** Whether it is worth looking again: a pod that wants a limit has no interface yet, or a change failed. */
  readonly isWaiting: boolean;
  /** What its annotations say that cannot be used as it stands. */
  readonly warnings: readonly Warning[];
}

/** Changes what holds a pod when what its annotations ask for has changed; it remembers that for each interface. */
export class Keeper {
  readonly #change: Change;
  readonly #logger: Logger;
  /** What was asked for at the last look. */
  readonly #asked = new Map<string, ReturnType<typeof fingerprint>>();

  constructor(change: Change, logger: Logger) {
    this.#change = change;
    this.#logger = logger;
  }

  /**
   * Looks at a pod.
   *
   * @param interfaces Those of its interfaces that natra may limit.
   */
  look(pod: ClusterPod, interfaces: readonly PodInterface[]): Look {
    if (interfaces.length > 0) {
      const looks = interfaces.map((one) => this.#lookAt(pod, one));
      return { isWaiting: looks.some(({ isWaiting }) => isWaiting), warnings: looks[0]?.warnings ?? [] };
    }
    const { limits, warnings } = limitsFromAnnotations(pod, null);
    return { isWaiting: limits.ingress !== null || limits.egress !== null, warnings };
  }

  /** Forgets every interface but these. */
  retain(interfaces: Iterable<Pick<PodInterface, "containerId" | "ifname">>): void {
    const living = new Set([...interfaces].map(keyOf));
    for (const key of this.#asked.keys()) if (!living.has(key)) this.#asked.delete(key);
  }

  #lookAt(pod: ClusterPod, one: PodInterface): Look {
    const { applied, confAtAdd, ...attachment } = one;
    const { limits: wanted, warnings } = limitsFromAnnotations(pod, confAtAdd);
    if (applied !== null && !applied.complete) return { isWaiting: true, warnings }; // somebody is at it, or reconcile will be
    const before = this.#asked.get(keyOf(one)) ?? null;
    const asked = fingerprint(wanted);
    if (DIRECTIONS.every((direction) => before?.[direction] === asked[direction])) {
      return { isWaiting: false, warnings };
    }
    const held = limitsOf(applied);
    const limits = targetLimits({ wanted, held, before, isConfKnown: confAtAdd !== null });
    const logContext = { pod: podKey(pod.pod), containerId: one.containerId, ifname: one.ifname };
    if (!isSameLimits(limits, held)) {
      try {
        const now = this.#change({
          ...attachment,
          ...confAtAdd === null ? {} : { confAtAdd },
          limits,
          onChoice: () => {},
        });
        this.#logger.info("limit changed", { ...logContext, before: held, now: limitsOf(now) });
      } catch (error) {
        this.#logger.error("limit not changed", {
          ...logContext,
          wanted: limits,
          error: describeError(error),
        });
        return { isWaiting: true, warnings };
      }
    }
    this.#asked.set(keyOf(one), asked);
    return { isWaiting: false, warnings };
  }
}

function keyOf({ containerId, ifname }: Pick<PodInterface, "containerId" | "ifname">): string {
  return `${containerId} ${ifname}`;
}
