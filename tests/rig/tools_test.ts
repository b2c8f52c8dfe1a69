import { assertEquals, assertRejects } from "@std/assert";
import { RigError } from "./run.ts";
import { prepareTools } from "./tools.ts";

Deno.test("prepareTools() compiles once, and again for a longer meter", async () => {
  const directory = await Deno.makeTempDir({ prefix: "natra-tools-" });
  await using _directory = { [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }) };
  const first = await prepareTools({ directory });
  const made = (await Deno.stat(first.requests)).mtime;
  assertEquals(await prepareTools({ directory }), first);
  assertEquals((await Deno.stat(first.requests)).mtime, made);

  const long = await prepareTools({ directory, meterSeconds: 1000 });
  assertEquals(long.meterSeconds >= 1000, true);
  assertEquals([long.requests === first.requests, long.meter === first.meter], [true, false]);
});

Deno.test("prepareTools() says what a compiler said, and leaves nothing half made", async () => {
  const directory = await Deno.makeTempDir({ prefix: "natra-tools-" });
  await using _directory = { [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }) };
  await assertRejects(() => prepareTools({ directory, cc: ["gcc", "-not-a-flag"] }), RigError, "-not-a-flag");
  const left = (await Array.fromAsync(Deno.readDir(directory))).filter(({ name }) =>
    name.startsWith("requests")
  );
  assertEquals(left, []);
});
