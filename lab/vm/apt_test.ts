import { assertEquals, assertStringIncludes } from "@std/assert";
import { Apt } from "./apt.ts";
import { exists } from "./cache.ts";
import { VmError } from "./error.ts";

const TRIXIE = { release: "trixie" } as const;

async function mirrorOutOfReach(): Promise<boolean> {
  try {
    await Apt.use(TRIXIE, () => Promise.resolve());
    return false;
  } catch (error) {
    if (error instanceof VmError && error.kind === "network") return true;
    throw error;
  }
}

const ignore = await mirrorOutOfReach();

Deno.test(
  "Apt offers another release than the machine's, with nothing counted as installed",
  { ignore },
  async () => {
    await Apt.use(TRIXIE, async (apt) => {
      assertStringIncludes(await apt.madison("iproute2"), "trixie/main");
      const closure = await apt.closure("iproute2");
      for (const name of ["iproute2", "libc6"]) {
        assertEquals(closure.some((p) => p.startsWith(`${name}=`)), true, `${name} is missing`);
      }
    });
  },
);

Deno.test("Apt downloads a package, and leaves nothing in the machine's own lists", { ignore }, async () => {
  const own = "/var/lib/apt/lists";
  const listing = async (): Promise<string[]> =>
    await exists(own) ? Array.from(Deno.readDirSync(own), (entry) => entry.name).sort() : [];
  const before = await listing();
  const directory = await Deno.makeTempDir();
  try {
    await Apt.use(TRIXIE, (apt) => apt.download(["busybox-static"], directory));
    const names = Array.from(Deno.readDirSync(directory), (entry) => entry.name);
    assertEquals(names.length, 1);
    assertEquals(/^busybox-static_.*_amd64\.deb$/.test(names[0] ?? ""), true);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  assertEquals(await listing(), before);
});
