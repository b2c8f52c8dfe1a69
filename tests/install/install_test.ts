/** One pass of an install, on real files. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InstallError } from "../../src/install/error.ts";
import { Installer, type InstallState } from "../../src/install/install.ts";
import { removeFromLists } from "../../src/install/uninstall.ts";
import { needsRootAnd, testIf } from "../rig/needs.ts";
import { judgeLists } from "./judge.ts";
import { CniNode, listOf } from "./node.ts";

const missing = needsRootAnd();
const OURS = "00-natra-10-x.conflist";

async function pass(node: CniNode, graceElapsed = false, rewriteRenamed = false): Promise<InstallState> {
  const state = await new Installer(node.target(await node.smallExecutable())).pass({
    graceElapsed,
    rewriteRenamed,
  });
  assertEquals(judgeLists(await node.lists()).filter((what) => what.startsWith("00-natra-")), []);
  return state;
}

async function names(node: CniNode): Promise<string[]> {
  return [...(await node.lists()).keys()];
}

testIf(missing, "a pass installs executable and list, and a second one changes nothing", async () => {
  await using node = await CniNode.create();
  const original = listOf("a");
  await node.putList("10-x.conflist", original, 0o600);
  const first = await pass(node);
  assertEquals([first.isReady, first.list, first.original, first.changes.length], [
    true,
    OURS,
    "10-x.conflist",
    2,
  ]);
  const { mode, uid, gid } = await Deno.stat(`${node.binDir}/natra`);
  assertEquals([(mode ?? 0) & 0o7777, uid, gid], [0o755, 0, 0]);
  const inode = async (): Promise<unknown> => (await Deno.stat(`${node.confDir}/${OURS}`)).ino;
  const before = await inode();
  const second = await pass(node);
  assertEquals([second.isReady, second.changes, await inode()], [true, [], before]);
  assertEquals((await node.lists()).get("10-x.conflist"), original);
  assertEquals(((await Deno.stat(`${node.confDir}/${OURS}`)).mode ?? 0) & 0o777, 0o600);
});

testIf(
  missing,
  "a set-user-ID bit, another owner or another content of the executable is put right",
  async () => {
    await using node = await CniNode.create();
    await node.putList("10-x.conflist", listOf("a"));
    const path = `${node.binDir}/natra`;
    const spoil: (() => Promise<void>)[] = [
      () => Deno.chmod(path, 0o4755),
      () => Deno.chmod(path, 0o700),
      () => Deno.chown(path, 1000, 1000),
      () => Deno.writeTextFile(path, "x", { append: true }),
      async () => {
        await Deno.remove(path);
        await Deno.symlink("/bin/true", path);
      },
      () => Deno.remove(path),
    ];
    await pass(node);
    for (const change of spoil) {
      await change();
      assertEquals((await pass(node)).changes.length, 1);
      const { isSymlink, mode, uid } = await Deno.lstat(path);
      assertEquals([isSymlink, (mode ?? 0) & 0o7777, uid], [false, 0o755, 0]);
    }
  },
);

testIf(
  missing,
  "an executable that does not run, or is another, makes nothing ready, and writes no list",
  async () => {
    await using node = await CniNode.create();
    await node.putList("10-x.conflist", listOf("a"));
    for (
      const [script, why] of [
        ["#!/none\n", "it does not start"],
        ["#!/bin/sh\necho no >&2; exit 3\n", "it exits with 3"],
        ['#!/bin/sh\necho \'{"version":"other"}\'\n', "its version is not"],
        ["#!/bin/sh\n", "its version is not"],
      ]
    ) {
      const path = `${node.root}/broken`;
      await Deno.writeTextFile(path, script ?? "", { mode: 0o755 });
      await assertRejects(
        () => new Installer(node.target(path)).pass({ graceElapsed: true, rewriteRenamed: true }),
        InstallError,
        why,
      );
      assertEquals(await names(node), ["10-x.conflist"]);
    }
  },
);

testIf(missing, "the list that the runtime would take is the one that natra is added to", async () => {
  await using node = await CniNode.create();
  for (const name of ["20-b.conflist", "10-a.conf.bak", "README", ".hidden", "99-z.json"]) {
    await node.putList(name, listOf(name));
  }
  await Deno.mkdir(`${node.confDir}/05-directory.conflist`);
  assertEquals((await pass(node)).original, "20-b.conflist");
  await node.putList("10-a.conf", '{"cniVersion":"0.4.0","name":"single","type":"ptp","ipam":{}}');
  const state = await pass(node);
  assertEquals([state.original, state.list], ["10-a.conf", "00-natra-10-a.conflist"]);
  const rendered = JSON.parse((await node.lists()).get("00-natra-10-a.conflist") ?? "");
  assertEquals(rendered.plugins.map(({ type }: { type: string }) => type), ["ptp", "natra"]);
  assertEquals((await names(node)).filter((name) => name.includes("natra")), ["00-natra-10-a.conflist"]);
});

testIf(missing, "what a runtime could not read is named, and our older list stays", async () => {
  await using node = await CniNode.create();
  await node.putList("10-x.conflist", listOf("a"));
  await pass(node);
  const before = (await node.lists()).get(OURS);
  for (const text of ["", '{"cniVersion":"1.0.0","name":"net","plug', "[]"]) {
    await node.putList("10-x.conflist", text);
    for (const graceElapsed of [false, true]) {
      const state = await pass(node, graceElapsed);
      assertEquals([state.isReady, state.isPassing], [false, !graceElapsed]);
      assertStringIncludes(state.problem ?? "", '"10-x.conflist"');
      assertEquals((await node.lists()).get(OURS), before);
    }
  }
});

testIf(
  missing,
  "a list that natra does not speak gets none of ours, and loses an older one once that is sure",
  async () => {
    await using node = await CniNode.create();
    await node.putList("10-x.conflist", listOf("a"));
    await pass(node);
    await node.putList("10-x.conflist", listOf("b").replace("1.0.0", "0.2.0"));
    assertEquals([(await pass(node)).isReady, await names(node)], [false, [OURS, "10-x.conflist"]]);
    const state = await pass(node, true);
    assertStringIncludes(state.problem ?? "", '"0.2.0"');
    assertEquals(await names(node), ["10-x.conflist"]);
  },
);

testIf(missing, "a dangling link, a pipe and an endless file are named, not waited for", async () => {
  await using node = await CniNode.create();
  const path = `${node.confDir}/10-x.conflist`;
  const make: [() => Promise<unknown>, string][] = [
    [() => Deno.symlink("/nowhere", path), "No such file"],
    [() => new Deno.Command("mkfifo", { args: [path] }).output(), "it is not a regular file"],
    [() => Deno.writeTextFile(path, " ".repeat(2_000_000)), "2000000 bytes"],
  ];
  for (const [put, why] of make) {
    await put();
    assertStringIncludes((await pass(node, true)).problem ?? "", why);
    await Deno.remove(path);
  }
});

testIf(missing, "an original that is gone is waited for; once that is sure, its list goes, too", async () => {
  await using node = await CniNode.create();
  await node.putList("10-x.conflist", listOf("a"));
  await node.putList("99-other.conflist", listOf("o"));
  await pass(node);
  await Deno.remove(`${node.confDir}/10-x.conflist`);
  const waiting = await pass(node);
  assertEquals([waiting.isReady, waiting.isPassing], [false, true]);
  assertEquals(await names(node), [OURS, "99-other.conflist"]);
  const state = await pass(node, true);
  assertEquals([state.isReady, state.original], [true, "99-other.conflist"]);
  assertEquals(await names(node), ["00-natra-99-other.conflist", "99-other.conflist"]);
  await Deno.remove(`${node.confDir}/99-other.conflist`);
  await pass(node, true);
  assertEquals(await names(node), []);
});

testIf(
  missing,
  "a list of ours that was spoiled is written again, and a foreign one with our name is left alone",
  async () => {
    await using node = await CniNode.create();
    await node.putList("10-x.conflist", listOf("a"));
    await pass(node);
    const whole = (await node.lists()).get(OURS);
    for (const text of ["", "{", whole?.slice(0, 100) ?? ""]) {
      await node.putList(OURS, text);
      assertEquals((await pass(node)).isReady, true);
      assertEquals((await node.lists()).get(OURS), whole);
    }
    const theirs = listOf("theirs", [{ type: "natra" }]);
    await node.putList("00-natra-05-theirs.conflist", theirs);
    const state = await new Installer(node.target(await node.smallExecutable())).pass({
      graceElapsed: true,
      rewriteRenamed: true,
    });
    assertEquals([state.isReady, state.list], [true, "00-natra-05-theirs.conflist"]);
    assertEquals(await names(node), ["00-natra-05-theirs.conflist", "10-x.conflist"]);
    assertEquals(await removeFromLists(node.confDir, "natra"), []);
    assertEquals((await node.lists()).get("00-natra-05-theirs.conflist"), theirs);
  },
);

testIf(
  missing,
  "what Cilium renames is explained, left alone, and written again only when told to insist",
  async () => {
    await using node = await CniNode.create();
    await node.putList("05-cilium.conflist", listOf("cilium"));
    await pass(node);
    const ours = `${node.confDir}/00-natra-05-cilium.conflist`;
    await Deno.rename(ours, `${ours}.cilium_bak`);
    const state = await pass(node, true);
    assertEquals([state.isReady, state.isRenamed], [false, true]);
    assertStringIncludes(state.problem ?? "", "cni.exclusive=false");
    assertEquals(await names(node), ["00-natra-05-cilium.conflist.cilium_bak", "05-cilium.conflist"]);
    assertEquals((await pass(node, true, true)).isReady, true);
    assertEquals(await names(node), ["00-natra-05-cilium.conflist", "05-cilium.conflist"]);
    await Deno.rename(ours, `${ours}.cilium_bak`);
    assert((await removeFromLists(node.confDir, "natra")).length === 1);
    assertEquals(await names(node), ["05-cilium.conflist"]);
  },
);
