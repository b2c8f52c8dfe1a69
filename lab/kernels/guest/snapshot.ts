/** What a pod's interfaces and the node look like: equal before an ADD and after its DEL. */
import { pause } from "../../../tests/rig/interruption.ts";
import type { Namespace } from "../../../tests/rig/namespace.ts";
import { HOST_VETH, type Pod, POD_INTERFACE } from "../../../tests/rig/pod.ts";
import { outcomeOf, run } from "../../../tests/rig/run.ts";

/** Programs of closed attachments are freed after a grace period. */
const PATIENCE_MS = 3000;

/** Everything that natra may change, in the words of the tools that show it. */
export interface Snapshot {
  readonly host: string;
  readonly pod: string;
  /** Pins and records. */
  readonly files: string;
  /** How many tc programs the kernel holds. */
  readonly programs: number;
}

/** Pins and records; that outcomes are counted is no change of a pod. */
const FIND = "find /sys/fs/bpf/natra /run/natra -mindepth 1 ! -path /run/natra/outcomes".split(" ");

/**
 * Looks at everything.
 *
 * @param pod whose
 * @returns what is there
 */
export async function snapshot(pod: Pod): Promise<Snapshot> {
  return {
    host: await describe(pod.node, HOST_VETH),
    pod: await describe(pod.pod, POD_INTERFACE),
    files: (await outcomeOf(FIND)).stdout,
    programs: await countPrograms(),
  };
}

/**
 * Looks until nothing of the kind that goes away by itself is left.
 *
 * @param pod whose
 * @param before how many programs there were
 * @returns what is there
 */
export async function settledSnapshot(pod: Pod, before: Snapshot): Promise<Snapshot> {
  for (let waited = 0; waited < PATIENCE_MS && await countPrograms() > before.programs; waited += 100) {
    await pause(100);
  }
  return await snapshot(pod);
}

/**
 * In one process: in an emulated machine each costs a tenth of a second. Without clsact there are no hooks to
 * show.
 */
const DESCRIBE = `
  tc qdisc show dev "$1" | sed "s/ direct_packets_stat [0-9]*//" # a count, of whatever passed meanwhile
  for hook in ingress egress; do tc filter show dev "$1" $hook 2>/dev/null; done
  ip -o link | cut -d : -f 2
  ip -d -o link show "$1" | grep -o "gso_max_size [0-9]*"
`;

function describe(namespace: Namespace, link: string): Promise<string> {
  return namespace.run(["bash", "-c", DESCRIBE, "bash", link]);
}

async function countPrograms(): Promise<number> {
  const programs = JSON.parse(await run(["bpftool", "-j", "prog", "list"])) as { type: string }[];
  return programs.filter(({ type }) => type === "sched_cls").length;
}
