/** Elephants: bulk transfers that fill whatever they are given, made with iperf3. */
import type { Child } from "./child.ts";
import type { Namespace } from "./namespace.ts";
import { readReports } from "./elephant_report.ts";
import type { Pod } from "./pod.ts";

/** One bulk transfer. */
export interface ElephantSpec {
  /** As the pod sees it: ingress is to the pod, egress from it. */
  readonly direction: "ingress" | "egress";
  /** Default: tcp. */
  readonly protocol?: "tcp" | "udp";
  /** Parallel streams; default: 1. */
  readonly streams?: number;
  /** Bits per second and stream; default: as fast as it goes (UDP: iperf3's 1 Mbit/s). */
  readonly bitrate?: number;
  /** Default: 4. */
  readonly ipVersion?: 4 | 6;
  /** TCP's congestion control; default: the pod's. */
  readonly congestionControl?: string;
}

/**
 * What a bulk transfer says of itself. The meters are the truth about the wire; this is the truth about the
 * payload.
 */
export interface ElephantFigures {
  readonly direction: "ingress" | "egress";
  readonly protocol: "tcp" | "udp";
  /** TCP's congestion control as the sender names it; null for UDP. */
  readonly congestionControl: string | null;
  /** Payload bits per second at the receiver after the warm-up; null if it reported nothing. */
  readonly goodput: number | null;
  /** TCP segments sent again, warm-up included; null for UDP. */
  readonly retransmits: number | null;
}

/** Bytes of payload in each datagram of a UDP flood. */
export const UDP_PAYLOAD = 1400;

const FIRST_PORT = 5201;
const REPORT = ["--json", "--interval", "0.5"];
/** The last words must pass through the very queue that the elephant has filled. */
const LAST_WORDS_MS = 60_000;

/** The receiving end of a bulk transfer that has not begun. */
export interface Receiver {
  readonly spec: ElephantSpec;
  readonly port: number;
  readonly server: Child;
}

/**
 * Starts the receiving end of a bulk transfer.
 *
 * @param pod between whose ends
 * @param spec which
 * @param number tells it from the others of this pod, from 0
 * @returns the receiver, listening; its server belongs to the caller until the transfer begins
 */
export async function receive(pod: Pod, spec: ElephantSpec, number: number): Promise<Receiver> {
  const port = FIRST_PORT + number;
  const argv = ["iperf3", "--server", "--one-off", ...REPORT, "--port", `${port}`];
  return { spec, port, server: await endsOf(pod, spec).receiver.startServer(argv, port) };
}

function endsOf(pod: Pod, { direction }: ElephantSpec): {
  readonly sender: Namespace;
  readonly receiver: Namespace;
  readonly target: { readonly v4: string; readonly v6: string };
} {
  return direction === "ingress"
    ? { sender: pod.client, receiver: pod.pod, target: pod.addresses.pod }
    : { sender: pod.pod, receiver: pod.client, target: pod.addresses.client };
}

/** A bulk transfer under way: an iperf3 of its own at both ends. Disposing of it ends both. */
export class Elephant implements AsyncDisposable {
  private constructor(
    readonly spec: ElephantSpec,
    readonly warmup: number,
    readonly server: Child,
    readonly client: Child,
  ) {}

  /**
   * Starts a bulk transfer between the client and the pod.
   *
   * @param pod between whose ends
   * @param spec which
   * @param number tells it from the others of this pod, from 0
   * @param warmup seconds at its start that its figures leave out
   * @param seconds for how long it runs at least after that; it is ended by {@linkcode Elephant.finish}
   * @returns its owner
   */
  static async start(
    pod: Pod,
    spec: ElephantSpec,
    number: number,
    warmup: number,
    seconds: number,
  ): Promise<Elephant> {
    return Elephant.begin(pod, await receive(pod, spec, number), warmup, seconds);
  }

  /**
   * Starts a bulk transfer whose receiver listens already: many can start in the same instant.
   *
   * @param pod between whose ends
   * @param receiver the receiver; it is the elephant's from now on
   * @param warmup seconds at its start that its figures leave out
   * @param seconds for how long it runs at least after that
   * @returns its owner
   */
  static begin(pod: Pod, { spec, port, server }: Receiver, warmup: number, seconds: number): Elephant {
    const { sender, target } = endsOf(pod, spec);
    const kind = spec.protocol === "udp"
      ? ["--udp", "--length", `${UDP_PAYLOAD}`]
      : ["--congestion", spec.congestionControl ?? pod.congestionControl];
    const client = sender.start([
      ...[
        "iperf3",
        "--client",
        target[spec.ipVersion === 6 ? "v6" : "v4"],
        ...REPORT,
        "--port",
        `${port}`,
        ...kind,
      ],
      ...["--time", `${Math.ceil(warmup + seconds) + 60}`, "--parallel", `${spec.streams ?? 1}`],
      ...(spec.bitrate === undefined ? [] : ["--bitrate", `${spec.bitrate}`]),
    ]);
    return new Elephant(spec, warmup, server, client);
  }

  /**
   * Ends the transfer.
   *
   * @returns its figures
   */
  async finish(): Promise<ElephantFigures> {
    const sent = (await this.client.stop("SIGINT", LAST_WORDS_MS)).stdout;
    // It ends with its client. A signal while it writes its report would take that away.
    const received = (await this.server.endOrStop(LAST_WORDS_MS)).stdout;
    return readReports(this.spec, this.warmup, sent, received);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.client.stop("SIGKILL"), this.server.stop("SIGKILL")]);
  }
}
