/**
 * A UDP stream with sequence numbers, far below every cap: who loses one of its packets has lost it by
 * changing something.
 */
import type { Child } from "../rig/child.ts";
import type { Namespace } from "../rig/namespace.ts";
import type { Pod } from "../rig/pod.ts";

const PORT = { ingress: 5301, egress: 5302 } as const;
/** 625 packets a second: far below every cap, even what was held up on a busy machine and comes at once. */
const BITRATE = 1_500_000;
const PAYLOAD = 300;

/** What arrived of a stream. */
export interface Arrival {
  readonly packets: number;
  /** Those that did not even reach the receiver's socket. */
  readonly lost: number;
}

/** A stream under way, made with iperf3. Disposing of it ends it. */
export class Stream implements AsyncDisposable {
  private constructor(readonly receiver: Namespace, readonly server: Child, readonly client: Child) {}

  /**
   * Starts a stream between the client and the pod.
   *
   * @param seconds for how long it lasts; {@linkcode Stream.arrival} waits for its end
   */
  static async start(pod: Pod, direction: "ingress" | "egress", seconds: number): Promise<Stream> {
    const inward = direction === "ingress";
    const [receiver, sender] = inward ? [pod.pod, pod.client] : [pod.client, pod.pod];
    const port = `${PORT[direction]}`;
    const server = await receiver.startServer(
      ["iperf3", "-s", "--one-off", "--json", "-p", port],
      PORT[direction],
    );
    const target = inward ? pod.addresses.pod.v4 : pod.addresses.client.v4;
    const client = sender.start(
      [
        ...["iperf3", "-c", target, "-p", port, "--udp", "--bitrate", `${BITRATE}`, "--length", `${PAYLOAD}`],
        ...["--time", `${seconds}`, "--json"],
      ],
    );
    return new Stream(receiver, server, client);
  }

  /** Waits for its end. @returns what its receiver counted */
  async arrival(): Promise<Arrival> {
    await this.client.outcome();
    const { stdout } = await this.server.outcome();
    const { end, error } = JSON.parse(stdout) as {
      end?: { sum?: { packets: number; lost_packets: number } };
      error?: string;
    };
    if (end?.sum === undefined) throw new Error(`Cannot read what arrived: ${error ?? stdout}`);
    // On a busy machine a receiver that does not read in time loses what has arrived.
    const unread = await this.receiver.run(["nstat", "-asz", "UdpRcvbufErrors"]);
    const late = Number(/UdpRcvbufErrors +(\d+)/.exec(unread)?.[1]);
    return { packets: end.sum.packets, lost: end.sum.lost_packets - late };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.client.stop("SIGKILL"), this.server.stop("SIGKILL")]);
  }
}
