/** Elephants: bulk transfers that fill whatever they are given, made with iperf3. */
import type { Child } from "./child.ts";
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

/** What a bulk transfer says of itself. The meters are the truth about the wire; this is the truth about the payload. */
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

const FIRST_PORT = 5201;
/** The last words must pass through the very queue that the elephant has filled. */
const LAST_WORDS_MS = 5000;

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
    const toPod = spec.direction === "ingress";
    const [sender, receiver, target] = toPod
      ? [pod.client, pod.pod, pod.addresses.pod]
      : [pod.pod, pod.client, pod.addresses.client];
    const port = FIRST_PORT + number;
    const report = ["--json", "--interval", "0.5", "--port", `${port}`];
    const server = await receiver.startServer(["iperf3", "--server", "--one-off", ...report], port);
    const kind = spec.protocol === "udp"
      ? ["--udp", "--length", "1400"]
      : ["--congestion", spec.congestionControl ?? pod.congestionControl];
    const client = sender.start([
      ...["iperf3", "--client", target[spec.ipVersion === 6 ? "v6" : "v4"], ...report, ...kind],
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
    const received = (await this.server.stop("SIGINT", LAST_WORDS_MS)).stdout;
    return readReports(this.spec, this.warmup, sent, received);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.client.stop("SIGKILL"), this.server.stop("SIGKILL")]);
  }
}

interface Report {
  readonly intervals?: readonly {
    readonly sum: { readonly start: number; readonly seconds: number; readonly bytes: number };
  }[];
  readonly end?: {
    readonly sender_tcp_congestion?: string;
    readonly sum_sent?: { readonly retransmits?: number };
  };
}

/**
 * Reads what both ends of a transfer reported.
 *
 * @param spec the transfer
 * @param warmup seconds at its start to leave out
 * @param sent the sender's report
 * @param received the receiver's report
 * @returns the figures; what a broken-off report does not say is null
 */
export function readReports(
  spec: ElephantSpec,
  warmup: number,
  sent: string,
  received: string,
): ElephantFigures {
  const sender = readReport(sent);
  const counted = (readReport(received).intervals ?? []).map(({ sum }) => sum).filter(({ start }) =>
    start >= warmup
  );
  const seconds = counted.reduce((total, interval) => total + interval.seconds, 0);
  const bytes = counted.reduce((total, interval) => total + interval.bytes, 0);
  return {
    direction: spec.direction,
    protocol: spec.protocol ?? "tcp",
    congestionControl: sender.end?.sender_tcp_congestion ?? null,
    goodput: seconds > 0 ? bytes * 8 / seconds : null,
    retransmits: sender.end?.sum_sent?.retransmits ?? null,
  };
}

function readReport(text: string): Report {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return {};
  }
}
