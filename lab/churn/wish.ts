/** What the pods of the churn ask for: every way to attach, and every shape of a limit. */
import type { Conf } from "./pod.ts";
import type { Random } from "./random.ts";

const JSON_LIMIT = JSON.stringify({ rate: "20M", cms: { width: 512, depth: 3 } });

const LIMITS: readonly [Conf, ...Conf[]] = [
  { "kubernetes.io/ingress-bandwidth": "10M", "kubernetes.io/egress-bandwidth": "10M" },
  { "natra.io/ingress-bandwidth": JSON_LIMIT, "natra.io/egress-bandwidth": JSON_LIMIT },
  { "kubernetes.io/ingress-bandwidth": "5M" },
  { "kubernetes.io/egress-bandwidth": "50M" },
];

/**
 * A pod's configuration.
 *
 * @param random decides
 * @param log the log file
 * @returns all of it but prevResult; one in ten asks for nothing
 */
export function wish(random: Random, log: string): Conf {
  const limit = random.chance(0.1) ? {} : random.pick(LIMITS);
  return confFor(limit, random.pick(["auto", "auto", "auto", "clsact", "podside"]), log);
}

/**
 * A configuration.
 *
 * @param annotations the pod's
 * @param attach the conflist's key
 * @param logFile the log file
 * @returns all of it but prevResult
 */
export function confFor(annotations: Conf, attach: string, logFile: string): Conf {
  return {
    cniVersion: "1.0.0",
    name: "churn",
    type: "natra",
    attach,
    logFile,
    runtimeConfig: { "io.kubernetes.cri.pod-annotations": annotations },
  };
}
