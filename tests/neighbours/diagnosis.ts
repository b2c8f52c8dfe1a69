/** What `natra doctor` says of a pod, with traffic both ways or without. */
import { assertEquals } from "@std/assert";
import type { Scene } from "../rig/scene.ts";

/** Its answer. */
export interface Diagnosis {
  readonly code: number;
  /** `id direction` of each trouble and of each notice of this pod, sorted. */
  readonly trouble: readonly string[];
  readonly notices: readonly string[];
  /** The words of all findings. */
  readonly text: string;
  /** What the watch showed. */
  readonly ingress: string;
  readonly egress: string;
}

interface Answer {
  readonly trouble: boolean;
  readonly findings: readonly {
    readonly id: string;
    readonly level: "trouble" | "notice";
    readonly direction: string | null;
    readonly pod: { readonly containerId: string } | null;
    readonly what: string;
  }[];
  readonly pods: readonly {
    readonly ingress: { readonly verdict: string };
    readonly egress: { readonly verdict: string };
  }[];
}

/** A little all the time, both ways: 2 Mbit/s. */
const TRAFFIC = `
printf -v text "%*s" 1200 ""
while :; do for ((i = 0; i < 10; i++)); do printf %s "$text" >"/dev/udp/$1/9"; done; sleep 0.05; done`;

/**
 * Asks the doctor of a scene's pod.
 *
 * @param watch seconds that it watches while packets go both ways; 0: it does not watch, and none go
 */
export async function diagnose(scene: Scene, watch = 0.7): Promise<Diagnosis> {
  const { pod } = scene;
  await using traffic = new AsyncDisposableStack();
  if (watch > 0) {
    for (
      const [from, to] of [[pod.client, pod.addresses.pod.v4], [pod.pod, pod.addresses.client.v4]] as const
    ) {
      const sender = from.start(["bash", "-c", TRAFFIC, "bash", to]);
      traffic.defer(async () => {
        await sender.stop();
      });
    }
  }
  const { code, stdout, stderr } = await scene.tool(
    "doctor",
    pod.containerId,
    "--watch-seconds",
    `${watch}`,
    "-o",
    "json",
  );
  assertEquals(stderr, "");
  const answer = JSON.parse(stdout) as Answer;
  assertEquals(code, answer.trouble ? 1 : 0);
  const named = (wanted: string): string[] =>
    answer.findings.filter(({ level, pod }) => level === wanted && pod !== null)
      .map(({ id, direction }) => direction === null ? id : `${id} ${direction}`).sort();
  return {
    code,
    trouble: named("trouble"),
    notices: named("notice"),
    text: answer.findings.map(({ what }) => what).join("\n"),
    ingress: answer.pods[0]?.ingress.verdict ?? "none",
    egress: answer.pods[0]?.egress.verdict ?? "none",
  };
}
