/** Other installers, and runtimes, that share the directory of lists: what they add to our list or build on it. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Installer, type InstallState } from "../../src/install/install.ts";
import { needsRootAnd, testIf } from "../rig/needs.ts";
import { CniNode } from "./node.ts";

const missing = needsRootAnd();
const ORIGINAL = "10-x.conflist";
const OURS = `00-natra-${ORIGINAL}`;
const ONCE = { graceElapsed: true, rewriteRenamed: true };

type Plugin = Readonly<Record<string, unknown>>;

function listOf(plugins: readonly Plugin[] | undefined, more: Plugin = {}): string {
  return JSON.stringify({ cniVersion: "1.0.0", name: "net", plugins, ...more });
}

async function installerOf(node: CniNode): Promise<Installer> {
  return new Installer(node.target(await node.smallExecutable()));
}

async function typesIn(node: CniNode, name = OURS): Promise<string[]> {
  const text = (await node.lists()).get(name);
  return text === undefined ? [] : JSON.parse(text).plugins.map(({ type }: { type: string }) => type);
}

/** As Istio's and Linkerd's installers do: the first list, in place, in a style of their own. */
async function edit(node: CniNode, change: (plugins: Plugin[]) => readonly Plugin[]): Promise<void> {
  const [name = ""] = [...(await node.lists()).keys()].filter((name) => name.endsWith(".conflist"));
  const list = JSON.parse((await node.lists()).get(name) ?? "");
  await node.putList(name, JSON.stringify({ ...list, plugins: change(list.plugins) }));
}

const addMesh = (plugins: Plugin[]): Plugin[] => [...plugins, { type: "mesh", logLevel: "info" }];

testIf(
  missing,
  "a plugin that another installer adds to our list stays there, and our list is not written again",
  async () => {
    await using node = await CniNode.create();
    await node.putList(ORIGINAL, listOf([{ type: "ptp" }]));
    const installer = await installerOf(node);
    await installer.pass(ONCE);
    await edit(node, addMesh);
    for (const each of [installer, await installerOf(node)]) { // the same process, and a new one
      const { isReady, changes } = await each.pass(ONCE);
      assertEquals([isReady, changes, await typesIn(node)], [true, [], ["ptp", "natra", "mesh"]]);
    }
    // A changed original is rendered with it; what the original itself loses goes, and what it gains is not doubled.
    await node.putList(ORIGINAL, listOf([{ type: "ptp" }, { type: "portmap" }]));
    await installer.pass(ONCE);
    assertEquals(await typesIn(node), ["ptp", "portmap", "natra", "mesh"]);
    await node.putList(ORIGINAL, listOf([{ type: "ptp" }, { type: "mesh" }]));
    await installer.pass(ONCE);
    assertEquals(await typesIn(node), ["ptp", "mesh", "natra"]);
  },
);

testIf(
  missing,
  "our list is put back three times a minute where a program keeps breaking it, then left alone for a while",
  async () => {
    await using node = await CniNode.create();
    await node.putList(ORIGINAL, listOf([{ type: "ptp" }]));
    const installer = await installerOf(node);
    const states: InstallState[] = [await installer.pass(ONCE)];
    for (let round = 0; round < 5; round++) {
      await edit(node, (plugins) => plugins.map((plugin) => ({ ...plugin, attach: `broken ${round}` })));
      states.push(await installer.pass(ONCE));
    }
    assertEquals(states.map(({ isReady }) => isReady), [true, true, true, true, false, false]);
    assertStringIncludes(states.at(-1)?.problem ?? "", `another program keeps changing "${OURS}"`);
  },
);

testIf(
  missing,
  "a list of ours that another file names stays, and follows its original, though another list comes first",
  async () => {
    await using node = await CniNode.create();
    await node.putList(ORIGINAL, listOf([{ type: "ptp" }]));
    const installer = await installerOf(node);
    await installer.pass(ONCE);
    const shim = {
      cniVersion: "0.3.1",
      name: "multus",
      type: "multus",
      clusterNetwork: `${node.confDir}/${OURS}`,
    };
    await node.putList("00-multus.conf", JSON.stringify(shim));
    const state = await installer.pass(ONCE);
    // natra runs by way of it: a second time in Multus' own list would be once too often.
    assertEquals([state.isReady, state.list, await typesIn(node)], [true, "00-multus.conf", [
      "ptp",
      "natra",
    ]]);
    await node.putList(ORIGINAL, listOf([{ type: "ptp" }, { type: "tuning" }]));
    await installer.pass(ONCE);
    assertEquals(await typesIn(node), ["ptp", "tuning", "natra"]);
    await Deno.remove(`${node.confDir}/00-multus.conf`);
    await installer.pass(ONCE);
    assertEquals([...(await node.lists()).keys()], [OURS, ORIGINAL]);
  },
);

testIf(missing, "a list that names one of ours that is gone gets natra itself", async () => {
  await using node = await CniNode.create();
  const shim = { cniVersion: "0.3.1", name: "multus", type: "multus", clusterNetwork: "/etc/cni/net.d/none" };
  await node.putList("00-multus.conf", JSON.stringify(shim));
  const { isReady } = await (await installerOf(node)).pass(ONCE);
  assertEquals([isReady, await typesIn(node, "0-natra-00-multus.conflist")], [true, ["multus", "natra"]]);
});

testIf(
  missing,
  "a directory without the list's other plugins is not the runtime's: not ready, and no list is written",
  async () => {
    for (const plugins of [[{ type: "ptp" }, { type: "elsewhere" }], [{ type: "../ptp" }]]) {
      await using node = await CniNode.create();
      await node.putList(ORIGINAL, listOf(plugins));
      const installer = await installerOf(node);
      const { isReady, problem } = await installer.pass(ONCE);
      assertEquals([isReady, [...(await node.lists()).keys()]], [false, [ORIGINAL]]);
      assertStringIncludes(problem ?? "", String(plugins.at(-1)?.type));
    }
    await using node = await CniNode.create();
    await node.putList(ORIGINAL, listOf([{ type: "late" }]));
    const installer = await installerOf(node);
    assertEquals((await installer.pass(ONCE)).isReady, false);
    // A link counts wherever it leads: k3s has links to a directory that the agent does not see.
    await Deno.symlink("/nowhere/late", `${node.otherBinDir}/late`);
    assertEquals((await installer.pass(ONCE)).isReady, true);
  },
);

const FOLDERS: readonly (readonly [
  what: string,
  inline: readonly Plugin[] | undefined,
  folder: readonly Plugin[],
  runs: readonly string[],
])[] = [
  ["a bandwidth plugin", [{ type: "ptp" }], [{ type: "bandwidth" }], ["ptp", "natra"]],
  ["the main plugin", undefined, [{ type: "ptp" }], ["ptp", "natra"]],
  ["two plugins, by the order of their names", [{ type: "ptp" }], [{ type: "tuning" }, { type: "portmap" }], [
    "ptp",
    "tuning",
    "portmap",
    "natra",
  ]],
  ["natra", [{ type: "ptp" }], [{ type: "natra" }], []],
];

for (const [what, inline, folder, runs] of FOLDERS) {
  testIf(missing, `a list with ${what} in its folder is read as libcni 1.3 reads it`, async () => {
    await using node = await CniNode.create();
    await Deno.mkdir(`${node.confDir}/net`);
    for (const [at, plugin] of folder.entries()) {
      await Deno.writeTextFile(`${node.confDir}/net/${at}0-x.conf`, JSON.stringify(plugin));
    }
    await node.putList(ORIGINAL, listOf(inline));
    const installer = await installerOf(node);
    const { isReady } = await installer.pass(ONCE);
    assertEquals([isReady, await typesIn(node)], [true, runs]);
    if (runs.length === 0) return;
    const { loadOnlyInlinedPlugins } = JSON.parse((await node.lists()).get(OURS) ?? "");
    assertEquals([loadOnlyInlinedPlugins, (await installer.pass(ONCE)).changes], [true, []]);
  });
}

testIf(
  missing,
  "a list that wants only what is in it leaves its folder alone; a folder that cannot be read is named",
  async () => {
    await using node = await CniNode.create();
    await Deno.mkdir(`${node.confDir}/net`);
    await Deno.writeTextFile(`${node.confDir}/net/10-x.conf`, "{");
    await node.putList(ORIGINAL, listOf([{ type: "ptp" }], { loadOnlyInlinedPlugins: true }));
    const installer = await installerOf(node);
    assertEquals([(await installer.pass(ONCE)).isReady, await typesIn(node)], [true, ["ptp", "natra"]]);
    await node.putList(ORIGINAL, listOf([{ type: "ptp" }]));
    const { isReady, problem } = await installer.pass(ONCE);
    assertEquals(isReady, false);
    assertStringIncludes(problem ?? "", "net/10-x.conf");
  },
);
