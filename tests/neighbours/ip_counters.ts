/**
 * What a namespace's IP layer received. Inside a pod whose ingress is queued on an ifb no hook comes after
 * that queue: what comes back from it passes no program of the interface any more, but the IP layer counts
 * it.
 */
import { pause } from "../rig/interruption.ts";
import type { Namespace } from "../rig/namespace.ts";

const ETHERNET = 14;
const STEP_MS = 200;

interface Point {
  readonly ms: number;
  /**
   * On the wire: below 52 Mbit/s the queue cuts elephants' GSO packets into frames. Those of small requests
   * are whole, and what their headers were on the wire is missing here: some 4 % of that part.
   */
  readonly bytes: number;
}

/** Samples a namespace's IPv4 counters until it is disposed of. */
export class IpCounters implements AsyncDisposable {
  readonly #points: Point[] = [];
  readonly #ended: Promise<void>;
  #stopped = false;

  constructor(private readonly namespace: Namespace) {
    this.#ended = this.#sample();
  }

  async #sample(): Promise<void> {
    while (!this.#stopped) {
      const text = await this.namespace.run(["cat", "/proc/uptime", "/proc/net/netstat", "/proc/net/snmp"]);
      // The time of the reading: how late this process gets to know it depends on what else the machine has
      // to do.
      const ms = Number(text.split(" ", 1)[0]) * 1000;
      this.#points.push({
        ms,
        bytes: field(text, "IpExt", "InOctets") + ETHERNET * field(text, "Ip", "InReceives"),
      });
      await pause(STEP_MS);
    }
  }

  /** Ends the sampling. @returns bits per second over the last seconds before the traffic ended */
  async rate(seconds: number, busy: number): Promise<number> {
    await this[Symbol.asyncDispose]();
    const points = this.#points;
    const last = points.findLastIndex((point, at) => {
      const before = points[at - 1];
      return before !== undefined && rateOf(before, point) > busy;
    });
    const to = points[last - 1];
    const from = points.findLast(({ ms }) => to !== undefined && ms <= to.ms - seconds * 1000);
    if (to === undefined || from === undefined) throw new Error(`No ${seconds} s of traffic were counted`);
    return rateOf(from, to);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#ended;
  }
}

function rateOf(from: Point, to: Point): number {
  return (to.bytes - from.bytes) * 8 / ((to.ms - from.ms) / 1000);
}

/** One field of /proc/net/netstat and /proc/net/snmp: a line of names, and below it one of values. */
function field(text: string, group: string, name: string): number {
  const [names = [], values = []] = text.split("\n").map((line) => line.split(" "))
    .filter(([head]) => head === `${group}:`);
  const value = Number(values[names.indexOf(name)]);
  if (!Number.isFinite(value)) throw new Error(`Cannot find ${group} ${name} in "${text}"`);
  return value;
}
