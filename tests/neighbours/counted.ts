/** Whether natra counts what is sent: no more, no less. */
import { assert, assertEquals } from "@std/assert";
import { pause } from "../rig/interruption.ts";
import type { Scene } from "../rig/scene.ts";
import { sendDatagrams } from "../rig/neighbour.ts";

const BYTES = 1000;
/** With UDP's, IPv4's and Ethernet's headers. */
const WIRE = BYTES + 8 + 20 + 14;
/**
 * What may come on top: address resolution, and ICMP's word that nobody listens, of which the kernel sends a
 * few.
 */
const OTHERS = { packets: 12, bytes: 6000 };

interface Row {
  readonly direction: string;
  readonly packets: number;
  readonly bytes: number;
  readonly waitingBytes: number;
}

async function rowsOf(scene: Scene): Promise<ReadonlyMap<string, Row>> {
  const { stdout } = await scene.tool("status", scene.pod.containerId, "-o", "json");
  return new Map((JSON.parse(stdout) as Row[]).map((row) => [row.direction, row]));
}

/** Waits until nothing is queued any more, but not for ever. */
async function drained(scene: Scene): Promise<ReadonlyMap<string, Row>> {
  for (let tries = 0;; tries++) {
    const rows = await rowsOf(scene);
    if (tries === 20 || [...rows.values()].every(({ waitingBytes }) => waitingBytes === 0)) return rows;
    await pause(50);
  }
}

/**
 * Sends datagrams both ways, waits until all have left their queues, and asserts that natra counted each of
 * them once.
 */
export async function assertCounted(scene: Scene, count: number): Promise<void> {
  const { pod, client, addresses } = scene.pod;
  const before = await rowsOf(scene);
  await sendDatagrams(client, addresses.pod.v4, count, BYTES);
  await sendDatagrams(pod, addresses.client.v4, count, BYTES);
  const after = await drained(scene);
  assertEquals([...after.keys()].sort(), ["egress", "ingress"]);
  for (const [direction, row] of after) {
    const packets = row.packets - (before.get(direction)?.packets ?? 0);
    const bytes = row.bytes - (before.get(direction)?.bytes ?? 0);
    assert(
      packets >= count && packets <= count + OTHERS.packets,
      `${direction}: ${packets} packets, not ${count}`,
    );
    assert(bytes >= count * WIRE && bytes <= count * WIRE + OTHERS.bytes, `${direction}: ${bytes} bytes`);
  }
}
