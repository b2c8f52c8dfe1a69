/** Two products on one node, each installed and removed by a process of its own. */
import { assertEquals } from "@std/assert";
import { CHAINED_PLUGIN } from "../../src/natra/chained_plugin.ts";
import { Installer, type InstallState } from "../../src/install/install.ts";
import type { ChainedPlugin } from "../../src/install/render.ts";
import { removeExecutable, removeFromLists } from "../../src/install/uninstall.ts";
import { needsRootAnd, testIf } from "../rig/needs.ts";
import { outcomeOf } from "../rig/run.ts";
import { CniNode, listOf, NATRA } from "./node.ts";

const missing = needsRootAnd();
const ORIGINAL = "10-x.conflist";
const OURS = `00-natra-${ORIGINAL}`;
const PONA: ChainedPlugin = {
  type: "pona",
  entryFor: () => ({ capabilities: { "io.kubernetes.cri.pod-annotations": true } }),
  replaces: [],
  inherits: [],
  versions: CHAINED_PLUGIN.versions,
};

/** A pass of the agent of each of these plugins, one after the other. */
async function pass(node: CniNode, ...plugins: readonly ChainedPlugin[]): Promise<InstallState[]> {
  const executable = await node.smallExecutable();
  const states: InstallState[] = [];
  for (const plugin of plugins) {
    const installer = new Installer(node.target(executable, { version: "test" }, [plugin]));
    states.push(await installer.pass({ graceElapsed: true, rewriteRenamed: true }));
  }
  return states;
}

interface Entry {
  readonly type: string;
  readonly mark?: string;
  readonly ingressRate?: number;
}

async function entries(node: CniNode): Promise<readonly Entry[]> {
  const text = (await node.lists()).get(OURS);
  return text === undefined ? [] : JSON.parse(text).plugins;
}

async function types(node: CniNode): Promise<string[]> {
  return (await entries(node)).map(({ type }) => type);
}

testIf(missing, "two agents share one list and one executable, and come to rest", async () => {
  for (const order of [[CHAINED_PLUGIN, PONA], [PONA, CHAINED_PLUGIN]]) {
    await using node = await CniNode.create();
    await node.putList(ORIGINAL, listOf("a"));
    await pass(node, ...order);
    // natra in the place of bandwidth, pona behind the last, whichever came first.
    assertEquals(await types(node), ["ptp", "natra", "pona"]);
    const again = await pass(node, ...order, ...order);
    assertEquals(again.map(({ isReady, changes }) => [isReady, changes]), again.map(() => [true, []]));
    const [natra, pona] = await Promise.all(
      ["natra", "pona"].map((name) => Deno.stat(`${node.binDir}/${name}`)),
    );
    assertEquals([natra?.ino, natra?.nlink], [pona?.ino, 2]);
  }
});

testIf(missing, "one agent for both products writes the same list as two", async () => {
  await using node = await CniNode.create();
  await node.putList(ORIGINAL, listOf("a"));
  const both = new Installer(
    node.target(await node.smallExecutable(), { version: "test" }, [CHAINED_PLUGIN, PONA]),
  );
  const state = await both.pass({ graceElapsed: true, rewriteRenamed: true });
  assertEquals([state.isReady, state.list, await types(node)], [true, OURS, ["ptp", "natra", "pona"]]);
  const alone = await pass(node, PONA, CHAINED_PLUGIN);
  assertEquals(alone.flatMap(({ changes }) => changes), []);
});

testIf(missing, "a changed original is rendered with both, whichever agent sees it first", async () => {
  for (const first of [CHAINED_PLUGIN, PONA]) {
    await using node = await CniNode.create();
    await node.putList(ORIGINAL, listOf("old"));
    await pass(node, CHAINED_PLUGIN, PONA);
    await node.putList(ORIGINAL, listOf("new", [{ type: "portmap" }]));
    await pass(node, first);
    assertEquals(await types(node), ["ptp", "portmap", "natra", "pona"]);
    assertEquals((await entries(node))[0]?.mark, "new");
    const settled = await pass(node, CHAINED_PLUGIN, PONA);
    assertEquals(settled.flatMap(({ changes }) => changes), []);
  }
});

testIf(
  missing,
  "an original that appears before the old one moves both entries to its own list",
  async () => {
    await using node = await CniNode.create();
    await node.putList(ORIGINAL, listOf("a"));
    await pass(node, CHAINED_PLUGIN, PONA);
    await node.putList("05-y.conflist", listOf("b"));
    await pass(node, PONA);
    const names = [...(await node.lists()).keys()];
    assertEquals(names, ["00-natra-05-y.conflist", "05-y.conflist", ORIGINAL]);
    const { plugins } = JSON.parse((await node.lists()).get("00-natra-05-y.conflist") ?? "");
    assertEquals(plugins.map(({ type }: Entry) => type), ["ptp", "natra", "pona"]);
  },
);

testIf(
  missing,
  "removing one product leaves the other's entry and executable; the last restores the original",
  async () => {
    await using node = await CniNode.create();
    const original = listOf("a");
    await node.putList(ORIGINAL, original);
    await pass(node, CHAINED_PLUGIN, PONA);
    assertEquals(await removeFromLists(node.confDir, "natra"), [`removed natra from the list "${OURS}"`]);
    assertEquals(await removeExecutable(node.binDir, "natra", false), { isRemoved: true, pods: 0 });
    // What natra had replaced is back.
    assertEquals(await types(node), ["ptp", "bandwidth", "pona"]);
    const states = await pass(node, PONA);
    assertEquals(states.map(({ isReady, changes }) => [isReady, changes]), [[true, []]]);
    assertEquals([...Deno.readDirSync(node.binDir)].map(({ name }) => name), ["pona"]);
    assertEquals(await removeFromLists(node.confDir, "pona"), [`removed the list "${OURS}"`]);
    await removeExecutable(node.binDir, "pona", false);
    assertEquals([...await node.lists()], [[ORIGINAL, original]]);
    assertEquals([...Deno.readDirSync(node.binDir)], []);
  },
);

testIf(
  missing,
  "a product is removed from a list whose original is gone or cannot be read, too",
  async () => {
    for (
      const spoil of [(path: string) => Deno.remove(path), (path: string) => Deno.writeTextFile(path, "{")]
    ) {
      await using node = await CniNode.create();
      await node.putList(ORIGINAL, listOf("a"));
      await pass(node, CHAINED_PLUGIN, PONA);
      await spoil(`${node.confDir}/${ORIGINAL}`);
      await removeFromLists(node.confDir, "pona");
      assertEquals(await types(node), ["ptp", "natra"]);
      await removeFromLists(node.confDir, "natra");
      assertEquals((await node.lists()).has(OURS), false);
    }
  },
);

testIf(missing, "a list with natra put into it by hand still gets pona, and no second natra", async () => {
  await using node = await CniNode.create();
  await node.putList(ORIGINAL, listOf("a").replace("bandwidth", "natra"));
  const [natra] = await pass(node, CHAINED_PLUGIN);
  assertEquals([natra?.isReady, natra?.list], [true, ORIGINAL]);
  const [pona] = await pass(node, PONA);
  assertEquals([pona?.list, await types(node)], [OURS, ["ptp", "natra", "pona"]]);
  const settled = await pass(node, CHAINED_PLUGIN, PONA);
  assertEquals(settled.map(({ isReady, changes }) => [isReady, changes]), [[true, []], [true, []]]);
});

testIf(
  needsRootAnd("natra"),
  "the executable is the tool and the plugin that its name and the configuration say",
  async () => {
    await using node = await CniNode.create();
    await node.putList(ORIGINAL, listOf("a"));
    const installer = new Installer(node.target(NATRA, {}, [PONA]));
    await installer.pass({ graceElapsed: true, rewriteRenamed: true });
    const pona = `${node.binDir}/pona`;
    const help = await outcomeOf([pona, "--help"]);
    assertEquals([help.code, help.stdout.startsWith("pona: ")], [0, true]);
    const version = await outcomeOf(["env", "CNI_COMMAND=VERSION", pona]);
    assertEquals([version.code, JSON.parse(version.stdout).supportedVersions], [0, CHAINED_PLUGIN.versions]);
    const environment = ["CNI_COMMAND=ADD", "CNI_CONTAINERID=c", "CNI_NETNS=/n", "CNI_IFNAME=eth0"];
    const conf = JSON.stringify({ cniVersion: "1.0.0", name: "n", type: "pona", prevResult: {} });
    // Until pona is built: refused, by name, instead of being taken for natra.
    const add = await outcomeOf(["env", ...environment, "sh", "-c", `echo '${conf}' | "$0"`, pona]);
    assertEquals([add.code, JSON.parse(add.stdout).code], [1, 7]);
  },
);
