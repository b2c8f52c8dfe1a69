/** No packet overtakes another of its flow, when the flow turns heavy or light again either. */
import { assert, assertEquals } from "@std/assert";
import { natraLimiter } from "../rig/limiter.ts";
import { busyNote, HostWatch } from "../rig/host_load.ts";
import { Pod } from "../rig/pod.ts";
import { programs } from "../rig/programs.ts";
import { NATRA } from "../rig/scene.ts";

const RATE = 100_000_000;
/** On the wire: Ethernet, IPv4 and UDP headers, and what programs/sequence.c sends. */
const FRAME = 14 + 20 + 8 + 100;
const PORT = 5400;
/** Over both directions a million packets and more. */
const PACKETS = 550_000;
/**
 * Mostly there is none. But the program tells from a clock what waits in HTB, and on a busy machine HTB is
 * behind it by more than the program allows for. Without what it allows for it is one in 500.
 */
const MOST_DISORDERED = 1 / 10_000;

/** What a program would allow that takes no care: on a busy machine there is nothing less to ask for. */
const MOST_DISORDERED_WHILE_BUSY = 1 / 500;

interface StatusRow {
  readonly direction: "ingress" | "egress";
  readonly bytes: number;
  readonly heavyBytes: number;
}

for (const direction of ["ingress", "egress"] as const) {
  Deno.test(`natra keeps each flow's order, heavy and light by turns (${direction})`, async () => {
    await using stack = new AsyncDisposableStack();
    const pod = stack.use(await Pod.create());
    stack.use(await natraLimiter(NATRA, "/proc/natra.log").limit(pod, RATE));
    const [from, to, address] = direction === "ingress"
      ? [pod.client, pod.pod, pod.addresses.pod.v4] as const
      : [pod.pod, pod.client, pod.addresses.client.v4] as const;
    const { sequence } = await programs();
    const receiver = to.run([sequence, "receive", `${PORT}`, `${PACKETS}`]);
    const full = RATE / 8 / FRAME;
    const watch = new HostWatch();
    stack.use(from.start([sequence, "send", address, `${PORT}`, `${full}`, "7"]));
    const { received, disordered }: { received: number; disordered: number } = JSON.parse(await receiver);
    assertEquals(received, PACKETS);
    const most = busyNote(watch.load()) === null ? MOST_DISORDERED : MOST_DISORDERED_WHILE_BUSY;
    assert(disordered <= PACKETS * most, `${disordered} of ${received} packets came late`);

    const rows = JSON.parse(
      await pod.node.run([NATRA, "status", pod.containerId, "-o", "json"]),
    ) as StatusRow[];
    const { bytes, heavyBytes } = rows.find((row) => row.direction === direction)!;
    const light = (bytes - heavyBytes) / FRAME;
    assert(
      heavyBytes / FRAME > PACKETS / 4 && light > PACKETS / 100,
      `${heavyBytes} of ${bytes} bytes were heavy`,
    );
  });
}
