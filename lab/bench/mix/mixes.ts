/** The mixes of traffic, as data: what flows beside the small requests, and what must come of it. */
import type { ElephantSpec } from "../../../tests/rig/elephant.ts";
import type { RequestLoad } from "../../../tests/rig/requests.ts";
import {
  aggregate,
  atMost,
  type Goal,
  lateP99Ratio,
  maxRatio,
  noSlowerThanPeer,
  p99AboveSize,
  p99Ratio,
  tcpShare,
  wholeRunP99,
  worstSecond,
} from "./goals.ts";
import { PROMISE } from "../promise.ts";
import { REQUEST_BYTES, requestsPerSecond, stepsOf, wireBytes, wireBytesKeptAlive } from "./load.ts";

/** What flows. */
export interface Traffic {
  readonly elephants: readonly ElephantSpec[];
  readonly requests: RequestLoad;
  /** Seconds after the requests at which the elephants start, in the same instant; default: before them. */
  readonly elephantsAfter?: number;
  /** Milliseconds that a round trip takes longer; needs netem. */
  readonly delay?: number;
}

/** A mix. */
export interface Mix {
  /** Its number in the table of goals; variants share one. */
  readonly number: number;
  readonly name: string;
  /** The cap that it is meant for, in bits per second; null: every one. */
  readonly rate: number | null;
  /**
   * @param rate the cap, in bits per second
   * @param seed of the requests' schedule
   * @returns what flows
   */
  traffic(rate: number, seed: number): Traffic;
  readonly goals: readonly Goal[];
}

/** When the elephants of a mix start whose first second is looked at, in seconds after the requests. */
export const LATE_START = 3;

const KEPT_ALIVE = 40;
const SMALL_SHARE = 0.005;
const CLIENTS = 50;
const MOST_STEPS = 2000; // a second: what one thread can ask without being the bottleneck

const bothWays = (spec: Omit<ElephantSpec, "direction">): ElephantSpec[] => [
  { direction: "ingress", ...spec },
  { direction: "egress", ...spec },
];
const flood = (rate: number): ElephantSpec[] => bothWays({ protocol: "udp", bitrate: 2 * rate });
const small = (rate: number, seed: number, bytes = REQUEST_BYTES): RequestLoad => ({
  ...{ perSecond: requestsPerSecond(rate, bytes), bytes, seed },
});
const held = [
  aggregate(PROMISE.minPercent, PROMISE.maxPercent),
  worstSecond(PROMISE.worstSecondPercent),
];

const oneElephant: Pick<Mix, "traffic"> = {
  traffic: (rate, seed) => ({ elephants: bothWays({}), requests: small(rate, seed) }),
};

const sizes = [1, 30, 100].map((kilobytes): Mix => ({
  ...{ number: 13, name: `requests of ${kilobytes} KB beside an elephant each way`, rate: null },
  traffic: (rate, seed) => ({ elephants: bothWays({}), requests: small(rate, seed, kilobytes * 1024) }),
  goals: [...held, p99AboveSize(1.5, kilobytes * 1024)],
}));

/** The mix that needs netem: real networks are not a tenth of a millisecond wide. */
export const DISTANT: readonly Mix[] = [10, 50].flatMap((delay) =>
  ([["cubic", 98], ["bbr", 95]] as const).map(([congestionControl, least]): Mix => ({
    ...{
      number: 12,
      name: `${delay} ms of round trip, one ${congestionControl} elephant each way`,
      rate: null,
    },
    traffic: (rate, seed) => ({
      elephants: bothWays({ congestionControl }),
      requests: small(rate, seed),
      delay,
    }),
    goals: [aggregate(least, 101), worstSecond(105), p99Ratio(1.1)],
  }))
);

/** All mixes that need nothing but the rig, in the order of their numbers. */
export const MIXES: readonly Mix[] = [
  {
    ...{ number: 1, name: "one TCP elephant each way", rate: null, ...oneElephant },
    goals: [...held, p99Ratio(PROMISE.p99Ratio)],
  },
  {
    ...{ number: 2, name: "UDP at twice the cap each way", rate: null },
    traffic: (rate, seed) => ({ elephants: flood(rate), requests: small(rate, seed) }),
    goals: [...held, p99Ratio(1.5)],
  },
  {
    ...{ number: 3, name: "IPv6, one TCP elephant each way", rate: null },
    traffic: (rate, seed) => ({
      elephants: bothWays({ ipVersion: 6 }),
      requests: { ...small(rate, seed), ipVersion: 6 },
    }),
    goals: [...held, p99Ratio(1.5)],
  },
  {
    ...{ number: 4, name: "UDP at twice the cap and one TCP elephant each way", rate: null },
    traffic: (rate, seed) => ({
      elephants: [...flood(rate), ...bothWays({})],
      requests: small(rate, seed),
    }),
    goals: [...held, tcpShare(45), p99Ratio(1.5)],
  },
  {
    ...{ number: 5, name: "50 UDP flows of 3 % of the cap each way", rate: null },
    traffic: (rate, seed) => ({
      elephants: bothWays({ protocol: "udp", streams: 50, bitrate: 0.03 * rate }),
      requests: small(rate, seed),
    }),
    goals: [...held, p99Ratio(2)],
  },
  {
    ...{ number: 6, name: "20 TCP elephants each way, started in the same instant", rate: null },
    traffic: (rate, seed) => ({
      elephants: bothWays({ streams: 20 }),
      requests: small(rate, seed),
      elephantsAfter: LATE_START,
    }),
    goals: [...held, lateP99Ratio(2), wholeRunP99(20, 10e6)],
  },
  {
    ...{ number: 7, name: "40 keep-alive connections beside an elephant each way", rate: null },
    traffic: (rate, seed) => ({
      elephants: bothWays({}),
      requests: {
        perSecond: KEPT_ALIVE * SMALL_SHARE * rate / 8 / wireBytesKeptAlive(REQUEST_BYTES),
        ...{ bytes: REQUEST_BYTES, seed, keepAlive: KEPT_ALIVE },
      },
    }),
    goals: [...held, p99Ratio(2), maxRatio(10)],
  },
  {
    ...{ number: 8, name: "closed loop, 50 clients", rate: null },
    traffic: () => ({ elephants: [], requests: { clients: CLIENTS, bytes: REQUEST_BYTES } }),
    goals: [atMost(101), noSlowerThanPeer(0.25)],
  },
  {
    ...{
      number: 9,
      name: "requests stepping from 20 % to 85 % of the cap beside an elephant each way",
      rate: null,
    },
    traffic: (rate, seed) => ({
      elephants: bothWays({}),
      requests: {
        perSecond: stepsOf([0.2, 0.85], rate / 8 / wireBytes(REQUEST_BYTES), MOST_STEPS),
        ...{ bytes: REQUEST_BYTES, seed },
      },
    }),
    goals: [worstSecond(105), p99Ratio(2)],
  },
  {
    ...{ number: 10, name: "1M cap, one TCP elephant each way", rate: 1e6, ...oneElephant },
    goals: [...held, p99Ratio(1.5)],
  },
  {
    ...{ number: 11, name: "one BBR elephant each way", rate: null },
    traffic: (rate, seed) => ({
      elephants: bothWays({ congestionControl: "bbr" }),
      requests: small(rate, seed),
    }),
    goals: [...held, p99Ratio(2)],
  },
  ...sizes,
  {
    ...{ number: 14, name: "1M cap, 20 TCP elephants each way", rate: 1e6 },
    traffic: (rate, seed) => ({ elephants: bothWays({ streams: 20 }), requests: small(rate, seed) }),
    goals: [...held, p99Ratio(20)],
  },
];

/** Every mix that a guest can run: its kernel has netem. */
export const VM_MIXES: readonly Mix[] = [...MIXES, ...DISTANT].sort((a, b) => a.number - b.number);
