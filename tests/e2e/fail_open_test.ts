/**
 * Whatever is wrong with the node or the pod: ADD answers, says what failed, and leaves everything as it was.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { HOST_VETH } from "../rig/pod.ts";
import { ATTACH } from "../rig/expected.ts";
import { device, ends, kept, named, settled } from "../rig/observed.ts";
import { programs } from "../rig/programs.ts";
import { type Call, Scene } from "../rig/scene.ts";
import {
  fullRecords,
  noBpffs,
  noNetAdmin,
  noSysAdmin,
  readOnlyBpffs,
  readOnlyRun,
} from "../rig/surroundings.ts";

interface Case {
  readonly name: string;
  /** Prepares the pod, and says what is not ordinary about the call. */
  arrange(scene: Scene): Call | Promise<Call>;
  readonly says: RegExp;
  /** Whether this kernel can do it at all. */
  possible?(): boolean;
  /** Whether the record stays, because undoing fails, too. */
  readonly recorded?: boolean;
}

/** Adds an interface to the pod that is asked about instead of eth0. */
const inPod = (...link: string[]) => async (scene: Scene): Promise<Call> => {
  await scene.pod.pod.run(["ip", "link", "add", ...link]);
  return { env: { CNI_IFNAME: "net1" } };
};

/** Whether this kernel knows a kind of interface: asked in a namespace that ends with the question. */
const knows = (kind: string) => (): boolean =>
  new Deno.Command("unshare", {
    args: ["--net", "sh", "-c", `ip link add v1 type veth peer name v2 && ip link add ${kind}`],
    stderr: "null",
  }).outputSync().success;

const CASES: readonly Case[] = [
  {
    name: "the namespace is not there",
    arrange: () => ({ env: { CNI_NETNS: "/run/netns/natra-e2e-nobody" } }),
    says: /open network namespace \\?"\/run\/netns\/natra-e2e-nobody\\?".*ENOENT/,
  },
  {
    name: "the namespace is an ordinary file",
    arrange: () => ({ env: { CNI_NETNS: "/etc/hostname" } }),
    says: /enter network namespace \\?"\/etc\/hostname\\?".*EINVAL/,
  },
  {
    name: "the interface is missing",
    arrange: () => ({ env: { CNI_IFNAME: "eth9" } }),
    says: /Cannot find interface \\"eth9\\"/,
  },
  {
    name: "the interface is the loopback",
    arrange: () => ({ env: { CNI_IFNAME: "lo" } }),
    says: /not a veth/,
  },
  {
    name: "the interface is a macvlan",
    arrange: inPod("link", "eth0", "name", "net1", "type", "macvlan"),
    says: /is of kind \\"macvlan\\", not a veth/,
    possible: knows("link v1 name net1 type macvlan"),
  },
  {
    name: "the interface is a bridge",
    arrange: inPod("net1", "type", "bridge"),
    says: /is of kind \\"bridge\\", not a veth/,
    possible: knows("net1 type bridge"),
  },
  {
    name: "the interface is an ifb",
    arrange: inPod("net1", "type", "ifb"),
    says: /is of kind \\"ifb\\", not a veth/,
    possible: knows("net1 type ifb"),
  },
  {
    name: "the veth's other end is in the pod, too",
    arrange: inPod("net1", "type", "veth", "peer", "name", "net2"),
    says: /Cannot find the node's end of \\"net1\\"/,
  },
  {
    name: "the veth's other end is in a third namespace",
    arrange: (scene) =>
      inPod("net1", "type", "veth", "peer", "name", "net2", "netns", scene.pod.client.name)(scene),
    says: /its peer is in another network namespace/,
  },
  { name: "bpffs is read-only", arrange: () => ({ wrap: readOnlyBpffs }), says: /Read-only file system/ },
  {
    name: "there is no bpffs",
    arrange: () => ({ wrap: noBpffs }),
    says: /\\"\/sys\/fs\/bpf\\"/,
  },
  { name: "/run is read-only", arrange: () => ({ wrap: readOnlyRun }), says: /Read-only file system/ },
  { name: "there is no space for the record", arrange: () => ({ wrap: fullRecords }), says: /No space left/ },
  {
    name: "CAP_SYS_ADMIN is missing",
    arrange: () => ({ wrap: noSysAdmin }),
    says: /network namespace.*EPERM/,
  },
  {
    name: "CAP_NET_ADMIN is missing",
    arrange: () => ({ wrap: noNetAdmin, conf: { attach: "clsact" } }),
    says: /EPERM/,
    recorded: true, // undoing is refused, too: the record stays for a reconcile that may
  },
];

/** Everything of the pod's namespaces that a failed ADD could have touched. */
async function everything({ pod }: Scene): Promise<unknown> {
  // Neither flags nor link-local addresses: the pod's links have only just come up.
  const show = "ip -o link | cut -d'<' -f1; tc qdisc show; ip -4 -o addr show; ip -4 route show";
  const steady = (text: string): string => text.replace(/ refcnt \d+/g, "");
  const texts = await Promise.all([pod.node, pod.pod, pod.client].map((one) => one.run(["sh", "-ec", show])));
  return texts.map(steady);
}

async function assertFailsOpen(scene: Scene, call: Call, says: RegExp, recorded = false): Promise<void> {
  const before = [await everything(scene), await ends(scene)];
  const { code, stdout, answer } = await scene.call("ADD", call);
  assertEquals([code, answer], [0, scene.pod.prevResult], stdout);
  const [line, ...more] = await scene.log();
  assertEquals([line?.level, line?.msg, more], ["error", "pod is not limited", []]);
  assertMatch(line?.text ?? "", says);
  assertEquals([await everything(scene), await settled(scene)], before);
  assertEquals((await kept(scene.pod.containerId)).length, recorded ? 1 : 0);
  if (!recorded) return;
  await scene.call("DEL");
  assertEquals(await kept(scene.pod.containerId), []);
}

for (const { name, arrange, says, possible, recorded } of CASES) {
  Deno.test({
    name: `ADD fails open when ${name}`,
    ignore: possible !== undefined && !possible(),
    fn: async () => {
      await using scene = await Scene.create();
      await assertFailsOpen(scene, await arrange(scene), says, recorded);
    },
  });
}

/** Commands of bpf(2), enum bpf_cmd: each is refused at another depth of an ADD. */
const COMMANDS = { MAP_CREATE: 0, PROG_LOAD: 5, OBJ_PIN: 6, LINK_CREATE: 28 } as const;

for (const attach of ATTACH) {
  for (const [name, number] of Object.entries(COMMANDS)) {
    if (attach === "clsact" && name === "LINK_CREATE") continue; // a filter is no link
    Deno.test(`ADD with ${attach} fails open when the kernel refuses BPF_${name}`, async () => {
      await using scene = await Scene.create();
      const { refuse } = await programs();
      await assertFailsOpen(scene, { conf: { attach }, wrap: [refuse, `${number}`] }, /EPERM/);
    });
  }
}

Deno.test("ADD drops what comes too early where a foreign queue is on the node's veth, and leaves that queue alone", async () => {
  await using scene = await Scene.create();
  const theirs = ["root", "handle", "1:", "tbf", "rate", "1gbit", "burst", "100k", "latency", "50ms"];
  await scene.pod.node.run(["tc", "qdisc", "add", "dev", HOST_VETH, ...theirs]);
  const before = await ends(scene);
  const { code, answer } = await scene.call("ADD");
  assertEquals([code, answer], [0, scene.pod.prevResult]);
  const { host, pod } = await ends(scene);
  assertEquals([host.qdiscs, host.classes], [before.host.qdiscs, before.host.classes]);
  assertEquals(named(host.egress), ["tcx natra_shape"]);
  assertMatch(pod.qdiscs.join("\n"), /^qdisc htb 6e61: root/m);
  const [line] = await scene.log();
  assertMatch(
    line?.text ?? "",
    /"what":"ingress pacer","choice":"drops","why":"instead of htb \(.*a foreign tbf 1:/,
  );
  assertEquals((await scene.call("CHECK")).stdout, "");
  await scene.call("DEL");
  assertEquals(await settled(scene), before);
});

Deno.test("ADD limits a pod whose veth is a bridge's port", async () => {
  await using scene = await Scene.create();
  const { node } = scene.pod;
  await node.run(["ip", "link", "add", "cni0", "type", "bridge"]);
  await node.run(["ip", "link", "set", HOST_VETH, "master", "cni0"]);
  const bridge = await device(node, "cni0");
  await scene.call("ADD");
  const { host, pod } = await ends(scene);
  assertEquals([named(host.egress), named(pod.egress)], [["tcx natra_shape"], ["tcx natra_shape"]]);
  assertEquals(await device(node, "cni0"), bridge);
});

Deno.test("ADD mounts bpffs where nobody has", async () => {
  await using scene = await Scene.create();
  const verbs =
    'umount /sys/fs/bpf; for verb in ADD CHECK DEL; do echo "$1" | CNI_COMMAND=$verb "$2" 2>&1; done';
  const { code, stdout } = await scene.call("ADD", {
    wrap: ["unshare", "--mount", "sh", "-euc", verbs, "sh", JSON.stringify(scene.conf())],
  });
  assertEquals(code, 0, stdout);
  assertMatch(stdout, /"what":"bpffs","choice":"mounted","why":"it was not mounted"/);
  assertMatch(stdout, /"msg":"limit removed"/);
  assertEquals((await scene.log()).map(({ msg }) => msg), ["pod is limited", "limit removed"]);
});
