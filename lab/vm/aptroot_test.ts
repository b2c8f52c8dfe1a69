import { assertEquals, assertStringIncludes } from "@std/assert";
import { hostRelease, writeRoot } from "./aptroot.ts";
import { run } from "./command.ts";

Deno.test("hostRelease() is what the system says of itself", async () => {
  const said = await run("bash", ["-c", '. /etc/os-release; printf %s "$VERSION_CODENAME"']);
  assertEquals(await hostRelease(), said);
});

Deno.test("writeRoot() makes a root that apt takes for its own, with the release asked for alone", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await writeRoot(directory, { release: "trixie" });
    const uris = await run("apt-get", ["update", "--print-uris"], {
      env: { APT_CONFIG: `${directory}/apt.conf` },
    });
    const releases = [...uris.matchAll(/\/dists\/([^/]+)\/InRelease'/g)].map((match) => match[1]);
    assertEquals(releases, ["trixie"]);
    const settings = await run("apt-config", ["dump"], { env: { APT_CONFIG: `${directory}/apt.conf` } });
    assertStringIncludes(settings, `Dir::State::status "${directory}/status"`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
