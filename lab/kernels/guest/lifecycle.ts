/** ADD, CHECK and DEL on a real veth, and that nothing of it is left. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { callCni } from "../../../tests/rig/cni.ts";
import { HOST_VETH, Pod, POD_INTERFACE } from "../../../tests/rig/pod.ts";
import { run } from "../../../tests/rig/run.ts";
import { hasTcx } from "./features.ts";
import { call, choiceOf, confOf, doctorOf, NATRA, statusOf, type StatusRow, type Wishes } from "./natra.ts";
import { settledSnapshot, snapshot } from "./snapshot.ts";

const RATE = 10e6;

/** What natra chose. */
export interface Choices {
  readonly attach: string;
  readonly ingressQueue: string;
  readonly egressQueue: string;
  readonly gsoLimit: string;
}

/**
 * One pod's life with a limit.
 *
 * @param wishes what the configuration asks for
 * @param look told the rows of `natra status` while the limit is in force
 * @returns what natra chose
 */
export async function lifecycle(
  wishes: Wishes,
  look: (rows: readonly StatusRow[], pod: Pod) => Promise<void> | void,
): Promise<Choices> {
  await using pod = await Pod.create();
  const conf = confOf(RATE, wishes);
  const before = await snapshot(pod);
  const added = await call(pod, "ADD", conf);
  assertEquals(added.result, pod.prevResult);
  await call(pod, "CHECK", conf);
  await ping(pod, 3);
  const rows = await statusOf(pod);
  assertEquals(rows.map(({ direction }) => direction), ["egress", "ingress"]);
  for (const { packets } of rows) assert(Number(packets) >= 3, `natra saw "${packets}" packets`);
  await doctorFindsNothing(pod);
  await look(rows, pod);
  await changes(pod, wishes);
  await call(pod, "DEL", conf);
  assertEquals(await settledSnapshot(pod, before), before);
  return {
    attach: choiceOf(rows, "attach"),
    ingressQueue: choiceOf(rows, "ingress pacer"),
    egressQueue: choiceOf(rows, "egress pacer"),
    gsoLimit: choiceOf(rows, "GSO limit"),
  };
}

/**
 * The running pod is held to another rate, and to nothing one way for a while, and what passes it goes on
 * passing.
 */
async function changes(pod: Pod, wishes: Wishes): Promise<void> {
  const limit = async (...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await pod.node.outcomeOf([NATRA, "limit", pod.containerId, ...args]);
    assertEquals([code, stderr], [0, ""], args.join(" "));
    await ping(pod, 3);
  };
  await limit("--ingress", "60M", "--width", "2048");
  await limit("--ingress", `${RATE * 2}`, "--egress", "off", "--width", "1024");
  await limit("--egress", `${RATE * 2}`, "--pacer", wishes.pacer ?? "auto");
  await call(pod, "CHECK", confOf(RATE * 2, wishes));
}

/**
 * Packets both ways.
 *
 * @param pod through whose interface
 * @param count how many there and back
 */
export async function ping(pod: Pod, count: number): Promise<void> {
  await pod.client.run(["ping", "-q", "-c", `${count}`, "-i", "0.05", "-W", "5", pod.addresses.pod.v4]);
}

/** While packets pass both ways, the doctor proves that natra counts them. */
async function doctorFindsNothing(pod: Pod): Promise<void> {
  const { client, addresses } = pod;
  const large = ["-s", "1400", "-i", "0.05", "-c", "60", "-W", "5"];
  const pinged = client.run(["ping", "-q", ...large, addresses.pod.v4]);
  const { trouble, proofs } = await doctorOf(pod, 1.5);
  await pinged;
  assertEquals([trouble, proofs], [[], ["counted", "counted"]]);
}

/**
 * By default tcx where a foreign program can be attached that way, else clsact; and HTB with fq_codel
 * for the heavy flows, which is missed when it is gone.
 */
export async function defaults(): Promise<Choices> {
  const wanted = hasTcx() ? "tcx" : "clsact";
  return await lifecycle({}, async (rows, pod) => {
    for (const { attach, pacer, queue } of rows) {
      assertEquals([attach, pacer], [wanted, "htb"]);
      assertMatch(queue, /^htb \+ .*fq_codel$/);
    }
    for (const shown of await shownQdiscs(pod)) assertMatch(shown, /qdisc htb 6e61: root[^]*qdisc fq_codel/);
    await checkFindsDamage(pod);
  });
}

/** clsact by choice, where tcx would have been the default, too; EDT over fq, its horizon said explicitly. */
export async function clsactWithEdt(): Promise<Choices> {
  return await lifecycle({ attach: "clsact", pacer: "edt" }, async (rows, pod) => {
    for (const { attach, pacer, queue } of rows) {
      assertEquals([attach, pacer, queue], ["clsact", "edt", "fq"]);
    }
    const told = await tcTellsHorizon();
    for (const shown of await shownQdiscs(pod)) {
      assertMatch(shown, /qdisc fq 6e61: root/);
      if (told) assertMatch(shown, /horizon 2(\.0+)?s horizon_drop/);
    }
  });
}

/** tcx by choice falls back to clsact where there is none, and says why; the last pacer has no queue. */
export async function tcxWithPolice(): Promise<Choices> {
  return await lifecycle({ attach: "tcx", pacer: "police" }, async (rows, pod) => {
    const wanted = hasTcx() ? "tcx (as asked)" : "clsact (instead of tcx, which this kernel lacks)";
    assertEquals(choiceOf(rows, "attach"), wanted);
    assertEquals(rows.map(({ pacer }) => pacer), ["police", "police"]);
    for (const shown of await shownQdiscs(pod)) assertMatch(shown, /qdisc noqueue 0: root/);
  });
}

/**
 * Both directions inside the pod, for main plugins that leave the node's end out; its ifb goes with the
 * limit.
 */
export async function podside(): Promise<Choices> {
  const wanted = `${hasTcx() ? "tcx" : "clsact"}, podside`;
  return await lifecycle({ attach: "podside" }, (rows) => {
    assertEquals(rows.map(({ attach, pacer }) => [attach, pacer]), [[wanted, "htb"], [wanted, "htb"]]);
  });
}

/** The alias takes clsact, wherever there is tcx, too. */
export async function clsactPodside(): Promise<Choices> {
  return await lifecycle({ attach: "clsact-podside" }, (rows) => {
    assertEquals(rows.map(({ attach }) => attach), ["clsact, podside", "clsact, podside"]);
  });
}

/**
 * Whether this release's tc shows fq's horizon at all: it shows the kernel's default then. That of 5.10's
 * does not.
 */
async function tcTellsHorizon(): Promise<boolean> {
  await run(["tc", "qdisc", "replace", "dev", "lo", "root", "fq"]);
  const shown = await run(["tc", "qdisc", "show", "dev", "lo"]);
  await run(["tc", "qdisc", "del", "dev", "lo", "root"]);
  return shown.includes("horizon");
}

function shownQdiscs(pod: Pod): Promise<string[]> {
  return Promise.all([
    pod.node.run(["tc", "qdisc", "show", "dev", HOST_VETH]),
    pod.pod.run(["tc", "qdisc", "show", "dev", POD_INTERFACE]),
  ]);
}

/** CHECK finds a queue that was deleted, and repairs nothing; the DEL that follows still succeeds. */
async function checkFindsDamage(pod: Pod): Promise<void> {
  await pod.node.run(["tc", "qdisc", "del", "dev", HOST_VETH, "root"]);
  const damaged = await snapshot(pod);
  const { code, result } = await callCni(pod, NATRA, "CHECK", { conf: confOf(RATE) });
  assertNotEquals(code, 0);
  assertMatch(JSON.stringify(result), /root queue of \\"veth0\\"/);
  assertEquals((await doctorOf(pod, 0)).trouble, ["queue-replaced"]);
  assertEquals(await snapshot(pod), damaged);
}
