import { assertEquals } from "@std/assert";
import { cacheDirectory, exists } from "./cache.ts";
import { Room } from "./room.ts";

Deno.test("Room is gone after its block, with all that is in it", async () => {
  let path = "";
  {
    using room = await Room.open();
    path = room.path;
    await Deno.mkdir(`${path}/inner/deep`, { recursive: true });
    assertEquals(await exists(path), true);
  }
  assertEquals(await exists(path), false);
});

Deno.test("Room.open() removes the rooms of processes that are gone, and no others", async () => {
  const child = new Deno.Command("true").spawn();
  await child.status;
  const stale = `${cacheDirectory()}/runs/${child.pid}-test`;
  const foreign = `${cacheDirectory()}/runs/1-test`;
  await Deno.mkdir(stale, { recursive: true });
  await Deno.mkdir(foreign);
  try {
    using _room = await Room.open();
    assertEquals(await exists(stale), false);
    assertEquals(await exists(foreign), true);
  } finally {
    await Deno.remove(foreign);
  }
});
