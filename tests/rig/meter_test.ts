import { assertAlmostEquals, assertEquals } from "@std/assert";
import { Meter, slotNow } from "./meter.ts";
import { CLIENT_INTERFACE, HOST_VETH, Pod, POD_INTERFACE } from "./pod.ts";
import { finishRequests, serveRequests, startRequests } from "./requests.ts";
import { prepareTools } from "./tools.ts";

const BYTES = 4 << 20;
const MSS = { 4: 1448, 6: 1428 };
const HEADERS = { 4: 14 + 20 + 32, 6: 14 + 40 + 32 }; // Ethernet, IP, TCP with timestamps

async function tools(): ReturnType<typeof prepareTools> {
  return await prepareTools({ directory: new URL("../../build/rig", import.meta.url).pathname });
}

for (const ipVersion of [4, 6] as const) {
  Deno.test(`Meter counts a super-packet's headers once per IPv${ipVersion} segment`, async () => {
    await using pod = await Pod.create();
    const built = await tools();
    const meters = [
      await Meter.attach(built, pod.pod, POD_INTERFACE),
      await Meter.attach(built, pod.client, CLIENT_INTERFACE),
    ];
    await using _server = await serveRequests(pod, built);
    const from = slotNow();
    await using load = startRequests(pod, built, { perSecond: 4, bytes: BYTES, seed: 1, ipVersion }, 0, 1);
    const { count, bad } = await finishRequests(load);
    assertEquals(bad, 0);
    const wire = count * BYTES * (1 + HEADERS[ipVersion] / MSS[ipVersion]);
    for (const meter of meters) {
      const counted = (await meter.read(from, slotNow() + 1)).reduce((total, bytes) => total + bytes, 0);
      // A transfer's acknowledgements run the other way and are counted there: at most a few frames in a
      // hundred.
      assertAlmostEquals(counted / wire, 1.01, 0.015);
    }
  });
}

Deno.test("Meter counts small frames exactly, in the slots in which they came", async () => {
  await using pod = await Pod.create();
  const meter = await Meter.attach(await tools(), pod.pod, POD_INTERFACE);
  await pod.node.run(["sysctl", "-qw", `net.ipv6.conf.${HOST_VETH}.disable_ipv6=1`]); // else it reports its multicast groups
  const datagram = `head -c 1000 /dev/zero >/dev/udp/${pod.addresses.pod.v4}/9; sleep 0.1`;
  await pod.client.run(["bash", "-c", datagram]); // neighbours are found now
  const from = slotNow();
  await pod.client.run(["bash", "-c", [datagram, datagram, datagram].join(";")]);
  const series = await meter.read(from, slotNow() + 1);
  const frame = 14 + 20 + 8 + 1000;
  assertEquals(series.filter((bytes) => bytes > 0), [frame, frame, frame]);
});
