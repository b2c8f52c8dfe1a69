import { assertEquals, assertThrows } from "@std/assert";
import { VmError } from "./error.ts";
import { type Extra, findMirrors, sourceList } from "./mirrors.ts";

const line = (archive: string, suite: string): string =>
  `'${archive}/dists/${suite}/InRelease' some_file 0 \n'${archive}/dists/${suite}/main/binary-amd64/Packages.xz' x 0 \n`;

Deno.test("findMirrors() tells the security archive from the main one", () => {
  const uris = line("http://a.test/debian", "bookworm") + line("http://a.test/debian", "bookworm-updates") +
    line("http://s.test/sec", "bookworm-security");
  assertEquals(findMirrors(uris, "bookworm"), {
    main: "http://a.test/debian",
    security: "http://s.test/sec",
  });
});

Deno.test("findMirrors() prefers the archive that has updates over a third party's", () => {
  const uris = line("http://third.test/linux/debian", "bookworm") + line("http://a.test/debian", "bookworm") +
    line("http://a.test/debian", "bookworm-updates");
  assertEquals(findMirrors(uris, "bookworm"), { main: "http://a.test/debian" });
});

Deno.test("findMirrors() takes an archive without updates if there is no other", () => {
  assertEquals(findMirrors(line("http://a.test/debian", "bookworm"), "bookworm"), {
    main: "http://a.test/debian",
  });
});

Deno.test("findMirrors() throws if the release is not offered", () => {
  assertThrows(() => findMirrors(line("http://a.test/debian", "trixie"), "bookworm"), VmError, '"bookworm"');
});

Deno.test("sourceList() offers updates and backports only if asked to", () => {
  const mirrors = { main: "http://a.test/debian", security: "http://s.test/sec" };
  const suites = (extra?: Extra): string[] =>
    sourceList(mirrors, "trixie", "/k.gpg", extra).split("\n").filter((l) => l.startsWith("Suites:"));
  assertEquals(suites(), ["Suites: trixie"]);
  assertEquals(suites("security"), ["Suites: trixie trixie-updates", "Suites: trixie-security"]);
  assertEquals(suites("backports"), [
    "Suites: trixie trixie-updates trixie-backports",
    "Suites: trixie-security",
  ]);
});

Deno.test("sourceList() separates stanzas by an empty line and signs each", () => {
  const text = sourceList(
    { main: "http://a.test/d", security: "http://s.test/s" },
    "trixie",
    "/k.gpg",
    "security",
  );
  const stanzas = text.trimEnd().split("\n\n");
  assertEquals(stanzas.length, 2);
  for (const stanza of stanzas) assertEquals(stanza.includes("\nSigned-By: /k.gpg"), true);
});
