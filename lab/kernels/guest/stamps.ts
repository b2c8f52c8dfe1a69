/** EDT beside a sender that paces itself: the later of two departure times counts. */
import { assert } from "@std/assert";
import { pause } from "../../../tests/rig/interruption.ts";
import { Meter, slotNow } from "../../../tests/rig/meter.ts";
import { CLIENT_INTERFACE, Pod } from "../../../tests/rig/pod.ts";
import { averageRate, SLOT_SECONDS } from "../../../tests/rig/series.ts";
import type { Tools } from "../../../tests/rig/tools.ts";
import { call, confOf } from "./natra.ts";

/**
 * Bits per second: natra's limit, and the rate that the sender's socket is told to keep (SO_MAX_PACING_RATE).
 */
const LIMIT = 10e6;
const PACED = 4e6;
const PORT = 5201;
const WARMUP_SECONDS = 1.5;
const SECONDS = 3;

/**
 * The stack stamps each packet of a paced socket, and leaves the waiting to the fq below. A limiter that
 * overwrote the stamp would let the socket run at the limit.
 *
 * @param tools the rig's programs
 * @returns what the sender got on the wire, in bits per second
 */
export async function stackStampsAreKept(
  tools: Tools,
): Promise<{ rate: number; paced: number; limit: number }> {
  await using pod = await Pod.create();
  const conf = confOf(LIMIT, { pacer: "edt" });
  await call(pod, "ADD", conf);
  const meter = await Meter.attach(tools, pod.client, CLIENT_INTERFACE);
  await using traffic = new AsyncDisposableStack();
  traffic.use(await pod.client.startServer(["iperf3", "--server", "--one-off", "--port", `${PORT}`], PORT));
  traffic.use(
    pod.pod.start([
      ...["iperf3", "--client", pod.addresses.client.v4, "--port", `${PORT}`, "--time", "60"],
      ...["--congestion", pod.congestionControl, "--fq-rate", `${PACED}`],
    ]),
  );
  await pause(WARMUP_SECONDS * 1000);
  const from = slotNow();
  await pause(SECONDS * 1000);
  const rate = averageRate(await meter.read(from, from + Math.round(SECONDS / SLOT_SECONDS)));
  await traffic.disposeAsync();
  await call(pod, "DEL", conf);
  // wire bytes are a little more than what the socket counts, and TCP paces a little above the rate
  assert(rate > 0.85 * PACED && rate < 1.2 * PACED, `${rate} bit/s of a socket paced at ${PACED}`);
  return { rate, paced: PACED, limit: LIMIT };
}
