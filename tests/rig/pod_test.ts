import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Pod, POD_INTERFACE } from "./pod.ts";
import { finishRequests, serveRequests, startRequests } from "./requests.ts";
import { outcomeOf, RigError, run } from "./run.ts";
import { prepareTools } from "./tools.ts";

const tools = await prepareTools({ directory: new URL("../../build/rig", import.meta.url).pathname });

Deno.test("Pod.create() makes a pod that the client reaches by IPv4 and IPv6, through the node", async () => {
  await using pod = await Pod.create();
  await using _server = await serveRequests(pod, tools);
  for (const ipVersion of [4, 6] as const) {
    await using load = startRequests(pod, tools, { perSecond: 50, bytes: 100, seed: 1, ipVersion }, 0, 0.5);
    assertEquals((await finishRequests(load)).bad, 0);
    const route = await run([
      "ip",
      "-n",
      pod.client.name,
      "route",
      "get",
      pod.addresses.pod[`v${ipVersion}`],
    ]);
    assertStringIncludes(route, " via ");
  }
});

Deno.test("Pod.create() describes the pod as a main CNI plugin would", async () => {
  await using pod = await Pod.create();
  const [host, container] = pod.prevResult.interfaces;
  const links = JSON.parse(await pod.pod.run(["ip", "-j", "link", "show", POD_INTERFACE])) as {
    address: string;
  }[];
  assertEquals(container, { name: POD_INTERFACE, mac: links[0]!.address, sandbox: pod.pod.path });
  assertStringIncludes(await pod.node.run(["ip", "link", "show", host!.name]), host!.mac);
});

Deno.test("Pod leaves nothing behind, and two pods do not meet", async () => {
  const names: string[] = [];
  {
    await using one = await Pod.create();
    await using two = await Pod.create();
    names.push(...[one, two].flatMap(({ client, node, pod }) => [client.name, node.name, pod.name]));
    assertEquals(new Set(names).size, 6);
  }
  const left = (await run(["ip", "netns", "list"])).split(/\s+/);
  assertEquals(left.filter((name) => names.includes(name)), []);
});

Deno.test("Namespace.startServer() fails, and says why, when the server does not start", async () => {
  await using pod = await Pod.create();
  const broken = ["sh", "-c", "echo no luck >&2; exit 3"];
  const error = await assertRejects(
    () => pod.pod.startServer(broken, 4000),
    RigError,
    "not listening on port 4000",
  );
  assertStringIncludes(error.message, "no luck");
});

Deno.test("outcomeOf() names a program that is not there", async () => {
  await assertRejects(() => outcomeOf(["no-such-program", "x"]), RigError, '"no-such-program x"');
});
