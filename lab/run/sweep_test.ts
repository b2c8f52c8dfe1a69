import { interfacePins, records } from "../../src/natra/node_state.ts";
import { assertEquals } from "@std/assert";
import { release } from "../../src/natra/datapath/release.ts";
import type { RecordKey } from "../../src/state/records.ts";
import { outcomeOf, run } from "../../tests/rig/run.ts";
import { MARK, marked } from "../../tests/rig/mark.ts";
import { leftovers, observe } from "./machine.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { sweep } from "./sweep.ts";

/** The number of a process that has ended. */
async function deadProcess(): Promise<number> {
  const child = new Deno.Command("true").spawn();
  await child.status;
  return child.pid;
}

testIf(
  needsRootAnd(),
  "sweep() removes what killed tests leave, and nothing that was there before",
  async () => {
    const mark = crypto.randomUUID();
    const keyOf = (name: string): RecordKey => ({ containerId: `natra-rig-${name}-${mark}`, ifname: "eth0" });
    const [kept, left, others] = [keyOf("kept"), keyOf("left"), keyOf("others")];
    const hold = (key: RecordKey, netns: string): void => {
      Deno.mkdirSync(interfacePins(key.containerId, key.ifname), { recursive: true, mode: 0o700 });
      records.write(key, { netns });
    };
    const namespace = `natra-${await deadProcess()}-sweep`;
    hold(kept, "/run/netns/gone");
    const before = await observe(mark, "/nowhere");
    const stubborn = new Deno.Command("sh", {
      args: ["-c", "trap '' TERM; sleep 1000"],
      env: { [MARK]: mark },
    }).spawn();
    try {
      hold(left, `/run/netns/${namespace}`);
      hold(others, "/proc/self/ns/net");
      await run(["ip", "netns", "add", namespace]);
      await sweep(mark, before, await observe(mark, "/nowhere"));
      const now = leftovers(before, await observe(mark, "/nowhere"));
      assertEquals(now.filter((line) => line.includes(left.containerId) || line.includes(namespace)), []);
      assertEquals([records.has(kept), records.has(left), records.has(others)], [true, false, true]);
      assertEquals(marked(mark), []);
    } finally {
      if (marked(mark).includes(stubborn.pid)) stubborn.kill("SIGKILL");
      await stubborn.status;
      for (const key of [kept, left, others]) release(key, null);
      await outcomeOf(["ip", "netns", "del", namespace]);
    }
    const after = await observe(mark, "/nowhere");
    assertEquals(Object.values(after).flat().filter((name) => name.includes(mark)), []);
  },
);
