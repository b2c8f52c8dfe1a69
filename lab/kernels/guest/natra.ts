/** natra under test: its configuration, its verbs, what it says of itself. */
import { assertEquals } from "@std/assert";
import { callCni, type CniCommand, type CniOutcome, type JsonObject } from "../../../tests/rig/cni.ts";
import type { Pod } from "../../../tests/rig/pod.ts";

/** The compiled executable, in the guest. */
export const NATRA = "/w/natra";
/** Where it logs: read again when a check failed. */
export const LOG_FILE = "/run/natra-test.log";

/** What a check asks for beside the rate. */
export interface Wishes {
  readonly attach?: "auto" | "tcx" | "clsact" | "podside" | "clsact-podside";
  readonly pacer?: "auto" | "htb" | "edt" | "police";
}

/**
 * natra's configuration for one rate in both directions.
 *
 * @param rate bits per second
 * @param wishes further keys
 * @returns the network configuration, without prevResult
 */
export function confOf(rate: number, wishes: Wishes = {}): JsonObject {
  return {
    cniVersion: "1.0.0",
    name: "natra-kernels",
    type: "natra",
    runtimeConfig: {
      "io.kubernetes.cri.pod-annotations": {
        "kubernetes.io/ingress-bandwidth": `${rate}`,
        "kubernetes.io/egress-bandwidth": `${rate}`,
      },
    },
    logFile: LOG_FILE,
    logLevel: "debug",
    ...wishes,
  };
}

/**
 * Calls a verb that must succeed.
 *
 * @param pod whose node
 * @param command the verb
 * @param conf natra's configuration
 * @returns how it ended
 */
export async function call(pod: Pod, command: CniCommand, conf: JsonObject): Promise<CniOutcome> {
  const outcome = await callCni(pod, NATRA, command, { conf });
  assertEquals(outcome.code, 0, `${command}: ${outcome.stdout}${outcome.stderr}`);
  return outcome;
}

/** One row of `natra status -o json`, as far as it is looked at here. */
export interface StatusRow {
  readonly containerId: string;
  readonly direction: "ingress" | "egress";
  readonly attach: string;
  readonly pacer: string;
  readonly queue: string;
  readonly packets: string | number;
  readonly drops: string | number;
  readonly choices: readonly { readonly what: string; readonly choice: string; readonly why: string }[];
}

/**
 * Asks `natra status`.
 *
 * @param pod which pod's rows
 * @returns them, egress first
 */
export async function statusOf(pod: Pod): Promise<StatusRow[]> {
  const text = await pod.node.run([NATRA, "status", pod.containerId, "-o", "json"]);
  return JSON.parse(text) as StatusRow[];
}

/**
 * Asks `natra doctor`.
 *
 * @param pod which pod
 * @param watchSeconds how long it watches
 * @returns its troubles' ids, and what the watch showed of ingress and egress
 */
export async function doctorOf(
  pod: Pod,
  watchSeconds: number,
): Promise<{ readonly trouble: readonly string[]; readonly proofs: readonly string[] }> {
  const watch = ["--watch-seconds", `${watchSeconds}`];
  const { stdout } = await pod.node.outcomeOf([NATRA, "doctor", pod.containerId, ...watch, "-o", "json"]);
  const { findings, pods } = JSON.parse(stdout) as {
    findings: readonly { readonly id: string; readonly level: string }[];
    pods: readonly Readonly<Record<"ingress" | "egress", { readonly verdict: string }>>[];
  };
  return {
    trouble: findings.filter(({ level }) => level === "trouble").map(({ id }) => id),
    proofs: pods.flatMap(({ ingress, egress }) => [ingress.verdict, egress.verdict]),
  };
}

/**
 * The reason that natra gave for a choice.
 *
 * @param rows of `natra status`
 * @param what the choice's name
 * @returns "choice (reason)"
 */
export function choiceOf(rows: readonly StatusRow[], what: string): string {
  const found = rows[0]?.choices.find((choice) => choice.what === what);
  return found === undefined ? "none" : `${found.choice} (${found.why})`;
}
