/**
 * A pod starts whatever is wrong with the node: ADD answers prevResult, exits 0, and leaves nothing half
 * done.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { callCni } from "../../../tests/rig/cni.ts";
import { Pod } from "../../../tests/rig/pod.ts";
import { outcomeOf, run } from "../../../tests/rig/run.ts";
import { call, choiceOf, confOf, LOG_FILE, NATRA, statusOf } from "./natra.ts";
import { settledSnapshot, snapshot } from "./snapshot.ts";

const RATE = 10e6;
const BPFFS = "/sys/fs/bpf";

/** A network namespace that is not there. */
export async function bogusNetns(): Promise<void> {
  await using pod = await Pod.create();
  await assertOpen(pod, "/run/netns/natra-never-was");
}

/** Nothing can be pinned. */
export async function readOnlyBpffs(): Promise<void> {
  await using pod = await Pod.create();
  await run(["mount", "-o", "remount,ro", BPFFS]);
  try {
    await assertOpen(pod, pod.pod.path);
  } finally {
    await run(["mount", "-o", "remount,rw", BPFFS]);
  }
}

/** Without bpffs there is nothing to fail: natra mounts it, and the pod is held. */
export async function noBpffs(): Promise<void> {
  await run(["umount", BPFFS]);
  try {
    await using pod = await Pod.create();
    const conf = confOf(RATE);
    await call(pod, "ADD", conf);
    assertMatch(choiceOf(await statusOf(pod), "bpffs"), /^mounted /);
    await call(pod, "DEL", conf);
  } finally {
    const mounted = await outcomeOf(["findmnt", "--types", "bpf", BPFFS]);
    if (mounted.code !== 0) await run(["mount", "-t", "bpf", "bpf", BPFFS]);
  }
}

async function assertOpen(pod: Pod, netns: string): Promise<void> {
  await Deno.writeTextFile(LOG_FILE, "");
  const conf = confOf(RATE);
  const before = await snapshot(pod);
  const { code, result, stdout, stderr } = await callCni(pod, NATRA, "ADD", { conf, netns });
  assertEquals(code, 0, `${stdout}${stderr}`);
  assertEquals(result, pod.prevResult);
  assertMatch(await Deno.readTextFile(LOG_FILE), /"pod is not limited"/);
  assertEquals(await settledSnapshot(pod, before), before);
  await call(pod, "DEL", conf);
}
