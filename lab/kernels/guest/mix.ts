/** Mix 1: one TCP elephant each way and small requests, measured with and without a limit. */
import { type Limit, type Limiter, pluginLimiter } from "../../../tests/rig/limiter.ts";
import type { Pod } from "../../../tests/rig/pod.ts";
import type { RequestFigures } from "../../../tests/rig/requests.ts";
import { type DirectionFigures, measure, type Measurement } from "../../../tests/rig/scenario.ts";
import { type Bounds, percentileBounds } from "../../../tests/rig/stats.ts";
import type { Tools } from "../../../tests/rig/tools.ts";
import { type MixPlan, pacerOf, REQUEST_BYTES } from "../plan.ts";
import { confOf, NATRA, statusOf, type StatusRow } from "./natra.ts";

/** What the requests took, without each single one. */
export type LatencyFigures = Omit<RequestFigures, "samples" | "due"> & {
  /** Where the 99th percentile lies, as far as so few requests tell. */
  readonly p99Bounds: Bounds;
};

/** What a row gave. */
export interface MixFigures {
  readonly ingress: DirectionFigures;
  readonly egress: DirectionFigures;
  readonly requests: LatencyFigures | null;
  /** `natra status` after the traffic; empty without a limit. */
  readonly status: readonly StatusRow[];
  /** What tc counted on both ends of the veth, to find out why a row is bad. */
  readonly queues: string;
}

/**
 * Measures one row.
 *
 * @param plan what
 * @param tools the rig's programs
 * @returns the figures
 */
export async function runMix(plan: MixPlan, tools: Tools): Promise<MixFigures> {
  let status: StatusRow[] = [];
  let queues = "";
  const pacer = pacerOf(plan.row);
  const limiter = pacer && watched(pacer, async (pod) => {
    status = await statusOf(pod);
    queues = await pod.node.run(["tc", "-s", "qdisc", "show", "dev", "veth0"]) +
      await pod.pod.run(["tc", "-s", "qdisc", "show", "dev", "eth0"]);
  });
  const { rate, perSecond, elephants, warmup, seconds } = plan;
  const requests = { perSecond, bytes: REQUEST_BYTES, seed: 1 };
  const measured = await measure({ limiter, rate, elephants, requests, warmup, seconds }, tools);
  const { ingress, egress } = measured;
  return { ingress, egress, requests: withoutSamples(measured), status, queues };
}

function withoutSamples({ requests }: Measurement): MixFigures["requests"] {
  if (requests === null) return null;
  const { samples, due: _, ...figures } = requests;
  return { ...figures, p99Bounds: percentileBounds(samples, 0.99) };
}

/** natra as a limiter that is looked at once the traffic is over, before its DEL. */
function watched(pacer: "htb" | "edt", look: (pod: Pod) => Promise<void>): Limiter {
  const natra = pluginLimiter({ name: "natra", binary: NATRA, conf: (rate) => confOf(rate, { pacer }) });
  return {
    name: natra.name,
    async limit(pod: Pod, rate: number): Promise<Limit> {
      const limit = await natra.limit(pod, rate);
      return {
        stderr: limit.stderr,
        async [Symbol.asyncDispose](): Promise<void> {
          try {
            await look(pod);
          } finally {
            await limit[Symbol.asyncDispose]();
          }
        },
      };
    },
  };
}
