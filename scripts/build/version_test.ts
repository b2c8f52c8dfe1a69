import { assert, assertEquals } from "@std/assert";
import { context } from "./context.ts";
import { run } from "./run.ts";
import { versionOf } from "./version.ts";

Deno.test("versionOf() gives version and commit, and reports a changed tree", async () => {
  const root = await Deno.makeTempDir();
  try {
    const here = { ...context(false), root };
    await Deno.writeTextFile(`${root}/deno.json`, '{ "version": "1.2.3" }');
    assertEquals(JSON.parse(await versionOf(here)), { version: "1.2.3", commit: "unknown", modified: false });
    const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    await run(here, ["git", "init", "--quiet"]);
    await run(here, ["git", "add", "."]);
    await run(here, ["git", ...identity, "commit", "--quiet", "--no-verify", "-m", "first"]);
    const clean = JSON.parse(await versionOf(here));
    assert(/^[0-9a-f]{12}$/.test(clean.commit));
    assertEquals([clean.version, clean.modified], ["1.2.3", false]);
    await Deno.writeTextFile(`${root}/new`, "");
    assertEquals(JSON.parse(await versionOf(here)), { ...clean, modified: true });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
