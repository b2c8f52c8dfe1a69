/** What runs on a node of its own: natra is uninstalled under a pod that is held, and leaves nothing. */
import { FREEING_MS, leftovers, reachable } from "../rig/leftovers.ts";
import { callCni } from "../rig/cni.ts";
import { Pod } from "../rig/pod.ts";
import { outcomeOf } from "../rig/run.ts";
import { CniNode, listOf, NATRA } from "./node.ts";

const RESULTS = "/var/lib/cni/results";
const ORIGINAL = "10-x.conflist";
const conf = {
  cniVersion: "1.0.0",
  name: "net",
  type: "natra",
  runtimeConfig: { bandwidth: { ingressRate: 10_000_000, egressRate: 10_000_000 } },
};

/** What libcni remembers of a pod. */
async function remember(containerId: string, type: string): Promise<void> {
  const list = JSON.stringify({ cniVersion: "1.0.0", name: "net", plugins: [{ type: "ptp" }, { type }] });
  await Deno.mkdir(RESULTS, { recursive: true });
  await Deno.writeTextFile(
    `${RESULTS}/net-${containerId}-eth0`,
    JSON.stringify({
      kind: "cniCacheV1",
      containerId,
      config: btoa(list),
      ifName: "eth0",
      networkName: "net",
    }),
  );
}

async function play(): Promise<string[]> {
  const found: string[] = [];
  const expect = (holds: boolean, what: string): unknown => holds || found.push(what);
  await using node = await CniNode.create();
  await using pod = await Pod.create();
  const natra = `${node.binDir}/natra`;
  const directories = node.arguments;
  const tool = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await pod.node.outcomeOf([NATRA, ...args, ...directories]);
    expect(code === 0, `natra ${args.join(" ")}: exit ${code}, ${stderr}`);
    return stdout;
  };
  const names = (): string =>
    [node.binDir, node.confDir].map((path) =>
      [...Deno.readDirSync(path)].map(({ name }) => name).sort().join(" ")
    )
      .join("; ");
  const expectNames = (wanted: string, when: string): unknown =>
    expect(names() === wanted, `${when}: ${names()}`);

  await node.putList(ORIGINAL, listOf("a"));
  await tool("install", "--once");
  const added = await callCni(pod, natra, "ADD", { conf });
  expect(added.code === 0, `ADD: ${added.stderr}`);
  const ends = [{ name: "veth0", enter: pod.node.enter([]) }, { name: "eth0", enter: pod.pod.enter([]) }];
  const known = await reachable(ends);
  expect(known.programs.size === 3, `${known.programs.size} programs hold the pod`);

  // The pod was added with it, and another one was not.
  await remember(pod.containerId, "natra");
  await remember("another", "tuning");
  await Deno.writeTextFile(`${RESULTS}/net-garbage-eth0`, "{");
  const said = await tool("uninstall", "--keep-stub");
  expect(said.includes("kept the executable for 1 pod:"), `it says ${JSON.stringify(said)}`);
  expectNames(`natra natra.uninstalled; ${ORIGINAL}`, "after uninstall --keep-stub");
  const left = await leftovers(ends, known, FREEING_MS);
  for (const [kind, things] of Object.entries(left)) expect(things.length === 0, `left ${kind}: ${things}`);

  // Installed again it is no stub any more.
  await tool("install", "--once");
  expectNames(`natra; 00-natra-${ORIGINAL} ${ORIGINAL}`, "after another install");
  await callCni(pod, natra, "DEL", { conf });
  expectNames(`natra; 00-natra-${ORIGINAL} ${ORIGINAL}`, "after a DEL of an installed one");

  await remember("second", "natra");
  await tool("uninstall", "--keep-stub");
  const del = async (containerId: string, netns: string): Promise<void> => {
    const { code, stdout } = await callCni(pod, natra, "DEL", { conf, containerId, netns, prevResult: null });
    expect(code === 0 && stdout === "", `DEL of ${containerId}: exit ${code}, ${stdout}`);
  };
  await del(pod.containerId, pod.pod.path);
  expectNames(`natra natra.uninstalled; ${ORIGINAL}`, "after the first DEL");
  await Deno.remove(`${RESULTS}/net-${pod.containerId}-eth0`); // libcni forgets it after a DEL that succeeded
  await del("second", "");
  expectNames(`; ${ORIGINAL}`, "after the last pod's DEL");

  await tool("install", "--once");
  await tool("uninstall");
  expectNames(`; ${ORIGINAL}`, "after uninstall");
  await tool("uninstall");
  const again = await outcomeOf([NATRA, "uninstall", "--bin-dir", "/none", "--conf-dir", node.confDir]);
  expect(
    again.code === 1 && again.stderr.includes('"/none" does not exist'),
    `no directory: ${again.stderr}`,
  );
  return found;
}

if (import.meta.main) {
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(await play())));
}
