/** Changes the limits of running pods when their annotations change. */
import type { ClusterPod } from "./node_view.ts";
import { type Applied, limitsOf } from "../datapath/record.ts";
import type { HoldRequest } from "../datapath/hold.ts";
import type { Warning } from "../../base/log/warning.ts";
import { keyOf } from "../../kube/objects.ts";
import { describeError } from "../../base/log/describe.ts";
import type { Logger } from "../../base/log/log.ts";
import { DIRECTIONS } from "../../pod/direction.ts";
import type { PodInterface } from "./interfaces.ts";
import { fingerprint, isSameLimits, limitsFromAnnotations, targetLimits } from "./target.ts";

/** Changes a pod's limits. @returns The new record; null: no limit. @throws {Error} If it fails. */
export type ChangeLimits = (request: HoldRequest) => Applied | null;

/** The result of reconciling a pod. */
export interface Look {
  /** Whether to try again later: the pod wants a limit and has no interface yet, or a change failed. */
  readonly isWaiting: boolean;
  /** Values in its annotations that are not used as given. */
  readonly warnings: readonly Warning[];
}

/** Remembers what each interface's annotations asked for, and changes its limits when that changes. */
export class Reconciler {
  readonly #change: ChangeLimits;
  readonly #logger: Logger;
  /** What was asked for last, by interface. */
  readonly #asked = new Map<string, ReturnType<typeof fingerprint>>();

  constructor(change: ChangeLimits, logger: Logger) {
    this.#change = change;
    this.#logger = logger;
  }

  /** Reconciles a pod. @param interfaces Those of its interfaces that natra may limit. */
  look(pod: ClusterPod, interfaces: readonly PodInterface[]): Look {
    if (interfaces.length > 0) {
      const looks = interfaces.map((one) => this.#lookAt(pod, one));
      return { isWaiting: looks.some(({ isWaiting }) => isWaiting), warnings: looks[0]?.warnings ?? [] };
    }
    const { limits, warnings } = limitsFromAnnotations(pod, null);
    return { isWaiting: limits.ingress !== null || limits.egress !== null, warnings };
  }

  /** Forgets all interfaces except these. */
  retain(interfaces: Iterable<Pick<PodInterface, "containerId" | "ifname">>): void {
    const living = new Set([...interfaces].map(interfaceKey));
    for (const key of this.#asked.keys()) if (!living.has(key)) this.#asked.delete(key);
  }

  #lookAt(pod: ClusterPod, one: PodInterface): Look {
    const { applied, confAtAdd, ...attachment } = one;
    const { limits: wanted, warnings } = limitsFromAnnotations(pod, confAtAdd);
    // a call is running, or reconcile will finish it
    if (applied !== null && !applied.complete) return { isWaiting: true, warnings };
    const before = this.#asked.get(interfaceKey(one)) ?? null;
    const asked = fingerprint(wanted);
    if (DIRECTIONS.every((direction) => before?.[direction] === asked[direction])) {
      return { isWaiting: false, warnings };
    }
    const held = limitsOf(applied);
    const limits = targetLimits({ wanted, held, before, isConfKnown: confAtAdd !== null });
    const logContext = { pod: keyOf(pod.pod.metadata), containerId: one.containerId, ifname: one.ifname };
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
    this.#asked.set(interfaceKey(one), asked);
    return { isWaiting: false, warnings };
  }
}

function interfaceKey({ containerId, ifname }: Pick<PodInterface, "containerId" | "ifname">): string {
  return `${containerId} ${ifname}`;
}
