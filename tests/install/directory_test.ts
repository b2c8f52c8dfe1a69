/** Which directories natra writes to, and how. */
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { checkDirectory, putFile } from "../../src/install/directory.ts";
import { InstallError } from "../../src/install/error.ts";
import { Installer } from "../../src/install/install.ts";
import { needsRootAnd, testIf } from "../rig/needs.ts";
import { run } from "../rig/run.ts";
import { CniNode, listOf } from "./node.ts";

const missing = needsRootAnd();
const ONCE = { graceElapsed: false, rewriteRenamed: true };

const HOSTILE: readonly [what: string, make: (root: string) => Promise<string>, why: string][] = [
  ["is missing", (root) => Promise.resolve(`${root}/none`), '/none" does not exist'],
  [
    "is a file",
    async (root) => (await Deno.writeTextFile(`${root}/f`, ""), `${root}/f`),
    "is not a directory",
  ],
  [
    "is a link",
    async (root) => (await Deno.symlink(`${root}/bin`, `${root}/l`), `${root}/l`),
    "is a symbolic link to",
  ],
  [
    "is a link to nothing",
    async (root) => (await Deno.symlink("/nowhere", `${root}/l`), `${root}/l`),
    "is a symbolic link to nothing",
  ],
  [
    "lies behind a link",
    async (root) => (await Deno.symlink(root, `${root}/l`), `${root}/l/bin`),
    "is a symbolic link to",
  ],
  [
    "is another user's",
    async (root) => (await Deno.chown(`${root}/bin`, 1000, 0), `${root}/bin`),
    "belongs to user 1000",
  ],
  [
    "is everybody's to write",
    async (root) => (await Deno.chmod(`${root}/bin`, 0o777), `${root}/bin`),
    "every user may write to",
  ],
  [
    "is sticky and everybody's",
    async (root) => (await Deno.chmod(`${root}/bin`, 0o1777), `${root}/bin`),
    "every user may write to",
  ],
  ["is a group's to write", async (root) => {
    await Deno.chown(`${root}/bin`, 0, 1000);
    await Deno.chmod(`${root}/bin`, 0o775);
    return `${root}/bin`;
  }, "group 1000 may write to"],
  [
    "lies in one that is everybody's",
    async (root) => (await Deno.chmod(root, 0o777), `${root}/bin`),
    "every user may write to",
  ],
  ["is relative", () => Promise.resolve("opt/cni/bin"), "it must be an absolute path"],
  ["climbs", (root) => Promise.resolve(`${root}/bin/../bin`), 'without ".."'],
];

for (const [what, make, why] of HOSTILE) {
  testIf(missing, `a directory that ${what} is refused, by its name`, async () => {
    await using node = await CniNode.create();
    const path = await make(node.root);
    const error = assertThrows(() => checkDirectory(path, "directory of plugins", "root"), InstallError, why);
    assertStringIncludes(error.message, `Cannot use ${JSON.stringify(path)} as the directory of plugins: `);
    const target = { ...node.target(await node.smallExecutable()), binDir: path };
    await node.putList("10-x.conflist", listOf("a"));
    await assertRejects(() => new Installer(target).pass(ONCE), InstallError, why);
    assertEquals([...(await node.lists()).keys()], ["10-x.conflist"]);
  });
}

testIf(missing, "a directory below a sticky one that is everybody's is root's all the same", async () => {
  await using node = await CniNode.create();
  await Deno.chmod(node.root, 0o1777);
  checkDirectory(node.binDir, "directory of plugins", "root");
});

testIf(
  missing,
  "a directory of lists may be a group's, too, as MicroK8s has it; then no mode is set",
  async () => {
    await using node = await CniNode.create();
    for (const path of [node.root, node.confDir]) {
      await Deno.chown(path, 0, 1000);
      await Deno.chmod(path, 0o770);
    }
    const path = node.confDir;
    assertEquals(checkDirectory(path, "directory of lists", "root and group"), false);
    assertThrows(() => checkDirectory(path, "directory of plugins", "root"), InstallError, "group 1000");
    await Deno.mkdir("/run/natra-install-bin", { recursive: true });
    await using _bin = {
      [Symbol.asyncDispose]: () => Deno.remove("/run/natra-install-bin", { recursive: true }),
    };
    await node.putList("10-x.conflist", listOf("a"), 0o660);
    const target = { ...node.target(await node.smallExecutable()), binDir: "/run/natra-install-bin" };
    const installer = new Installer(target);
    assertEquals((await installer.pass(ONCE)).isReady, true);
    assertEquals((await installer.pass(ONCE)).changes, []);
    const mode = (await Deno.stat(`${path}/00-natra-10-x.conflist`)).mode ?? 0;
    assertEquals(mode & 0o007, 0);
  },
);

testIf(missing, "putFile() leaves the old file, and no draft, where writing fails", async () => {
  await using node = await CniNode.create();
  const before = listOf("before");
  await node.putList("a.conflist", before);
  assertThrows(
    () =>
      putFile(node.confDir, "a.conflist", (draft) => {
        Deno.writeTextFileSync(draft, "half");
        throw new Error("disk full");
      }),
    Error,
    "disk full",
  );
  assertEquals([...await node.lists()], [["a.conflist", before]]);
});

testIf(missing, "a full disk leaves what was there, and says so", async () => {
  await using node = await CniNode.create();
  await run(["mount", "-t", "tmpfs", "-o", "mode=0755,size=64k", "tmpfs", node.binDir]);
  const large = `${node.root}/large`;
  await Deno.writeFile(large, new Uint8Array(1024 * 1024), { mode: 0o755 });
  await node.putList("10-x.conflist", listOf("a"));
  await assertRejects(() => new Installer(node.target(large)).pass(ONCE), InstallError, "Cannot copy");
  assertEquals([...Deno.readDirSync(node.binDir)], []);
  assertEquals([...(await node.lists()).keys()], ["10-x.conflist"]);
});

testIf(missing, "a read-only directory is named", async () => {
  await using node = await CniNode.create();
  await node.putList("10-x.conflist", listOf("a"));
  const target = node.target(await node.smallExecutable());
  await run(["mount", "-o", "remount,ro", node.root]);
  await assertRejects(
    () => new Installer(target).pass(ONCE),
    InstallError,
    `to ${JSON.stringify(node.binDir)}`,
  );
  await run(["mount", "-o", "remount,rw", node.root]);
});
