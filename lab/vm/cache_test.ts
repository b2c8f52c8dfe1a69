import { assertEquals, assertRejects } from "@std/assert";
import { cached, cacheDirectory, exists, withLock } from "./cache.ts";

/** Runs a test with a cache of its own. */
function inOwnCache(action: () => Promise<void>): () => Promise<void> {
  return async () => {
    const directory = await Deno.makeTempDir();
    const before = Deno.env.get("NATRA_CACHE");
    Deno.env.set("NATRA_CACHE", directory);
    try {
      await action();
    } finally {
      if (before === undefined) Deno.env.delete("NATRA_CACHE");
      else Deno.env.set("NATRA_CACHE", before);
      await Deno.remove(directory, { recursive: true });
    }
  };
}

Deno.test(
  "cached() builds once for callers at the same time",
  inOwnCache(async () => {
    let builds = 0;
    const build = async (directory: string): Promise<void> => {
      builds += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
      await Deno.writeTextFile(`${directory}/file`, "content");
    };
    const places = await Promise.all([cached("thing", ["1"], build), cached("thing", ["1"], build)]);
    assertEquals(builds, 1);
    assertEquals(places[0], places[1]);
    assertEquals(await Deno.readTextFile(`${places[0]}/file`), "content");
  }),
);

Deno.test(
  "cached() builds again for another recipe",
  inOwnCache(async () => {
    const place = await cached("thing", ["1"], () => Promise.resolve());
    assertEquals(await cached("thing", ["2"], () => Promise.resolve()) === place, false);
  }),
);

Deno.test(
  "cached() leaves nothing in place if the build fails, and clears what a failed one left",
  inOwnCache(async () => {
    const failing = async (directory: string): Promise<void> => {
      await Deno.writeTextFile(`${directory}/half`, "");
      throw new Error("no");
    };
    await assertRejects(() => cached("thing", ["1"], failing), Error, "no");
    const place = await cached("thing", ["1"], () => Promise.resolve());
    assertEquals(await exists(`${place}/half`), false);
  }),
);

Deno.test(
  "withLock() waits for another process that holds the lock, and for no longer",
  inOwnCache(async () => {
    await Deno.mkdir(cacheDirectory());
    const args = [`${cacheDirectory()}/x.lock`, "-c", "echo held; sleep 0.5"];
    const holder = new Deno.Command("flock", { args, stdout: "piped" }).spawn();
    const reader = holder.stdout.getReader();
    await reader.read(); // it holds the lock now
    const start = performance.now();
    await withLock("x", () => Promise.resolve());
    assertEquals(performance.now() - start > 300, true);
    await reader.cancel();
    await holder.status;
  }),
);
