import { interfacePins, records } from "../../src/natra/node_state.ts";
import { assertEquals } from "@std/assert";
import { Namespace } from "../../tests/rig/namespace.ts";
import { MARK, marked } from "../../tests/rig/mark.ts";
import { commandLine, leftovers, neighbours, observe } from "./machine.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";

Deno.test("leftovers() names what is new with its kind, and not what is gone or was there", () => {
  const before = { interface: ["lo", "eth0"], pin: ["/a"] };
  const now = { interface: ["lo", "veth1"], pin: ["/a"], record: ["/r"] };
  assertEquals(leftovers(before, now), ["interface veth1", "record /r"]);
});

testIf(
  needsRootAnd(),
  "observe() sees namespaces, pins, records, processes and temporary files",
  async () => {
    const mark = crypto.randomUUID();
    const containerId = `natra-rig-${mark}`;
    const key = { containerId, ifname: "eth0" };
    const temp = await Deno.makeTempDir({ prefix: "natra-observe-" });
    const before = await observe(mark, temp);
    const pins = interfacePins(containerId, "eth0");
    const sleeper = new Deno.Command("sleep", { args: ["1000"], env: { [MARK]: mark } }).spawn();
    try {
      await using made = await Namespace.create("observe");
      assertEquals(neighbours(mark).includes(Deno.pid), true);
      Deno.mkdirSync(pins, { recursive: true, mode: 0o700 });
      records.write(key, {});
      Deno.writeTextFileSync(`${temp}/left`, "");
      const found = leftovers(before, await observe(mark, temp));
      const own = found.filter((line) =>
        [mark, made.name, String(sleeper.pid), temp].some((part) => line.includes(part))
      );
      assertEquals(own.sort(), [
        `network namespace ${made.name}`,
        `pin /sys/fs/bpf/natra/${containerId}`,
        `pin ${pins}`,
        `process ${sleeper.pid} ${commandLine(sleeper.pid)}`,
        `record /run/natra/${containerId}-eth0.json`,
        `temporary file ${temp}/left`,
      ]);
      assertEquals(marked(mark), [sleeper.pid]);
    } finally {
      sleeper.kill();
      await sleeper.status;
      records.remove(key);
      Deno.removeSync(pins);
      Deno.removeSync(pins.slice(0, pins.lastIndexOf("/")));
      await Deno.remove(temp, { recursive: true });
    }
    const left = leftovers(before, await observe(mark, temp));
    assertEquals(
      left.filter((line) => line.includes(mark) || line.includes(`natra-${Deno.pid}-observe`)),
      [],
    );
  },
);

testIf(needsRootAnd(), "observe() sees interfaces and queues where they are", async () => {
  await using made = await Namespace.create("observe-links");
  const script = `
    import { observe } from "${new URL("machine.ts", import.meta.url)}";
    const { interface: links, qdisc } = await observe("", "/nowhere");
    console.log(JSON.stringify({ links, qdisc }));`;
  await made.run(["ip", "link", "add", "one", "type", "veth", "peer", "name", "two"]);
  await made.run(["tc", "qdisc", "add", "dev", "one", "root", "handle", "7:", "htb"]);
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const told = await made.run([
    Deno.execPath(),
    "run",
    "-A",
    "--quiet",
    "--no-check",
    "--config",
    config,
    "-",
  ], { stdin: script });
  assertEquals(JSON.parse(told), { links: ["lo", "two", "one"], qdisc: ["one htb 7:"] });
});
