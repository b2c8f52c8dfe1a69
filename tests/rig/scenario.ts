/** One measurement: a fresh pod, perhaps a limit, some traffic, and what arrived. */
import { Elephant, type ElephantFigures, type ElephantSpec, receive, type Receiver } from "./elephant.ts";
import { pause } from "./interruption.ts";
import type { Limiter } from "./limiter.ts";
import { Meter, slotNow } from "./meter.ts";
import { CLIENT_INTERFACE, DEFAULT_CONGESTION_CONTROL, Pod, POD_INTERFACE } from "./pod.ts";
import {
  finishRequests,
  type RequestFigures,
  type RequestLoad,
  serveRequests,
  startRequests,
} from "./requests.ts";
import { averageRate, type Series, SLOT_SECONDS, worstSecond } from "./series.ts";
import { type HostLoad, HostWatch } from "./host_load.ts";
import type { Tools } from "./tools.ts";

/** What to measure. */
export interface Scenario {
  /** null: no limit. */
  readonly limiter: Limiter | null;
  /** The cap in bits per second; without a limiter it is only what percentages refer to. */
  readonly rate: number;
  readonly elephants: readonly ElephantSpec[];
  /** null: none. */
  readonly requests: RequestLoad | null;
  /** Seconds of traffic that are not counted. */
  readonly warmup: number;
  /** Seconds that are; at least one. */
  readonly seconds: number;
  /**
   * Seconds after the requests at which the elephants start, all in the same instant; default: a little
   * before them.
   */
  readonly elephantsAfter?: number;
  /** Default: cubic. */
  readonly congestionControl?: string;
  /** Milliseconds that a round trip takes longer; needs netem. Default: 0. */
  readonly delay?: number;
}

/** What arrived in one direction, in wire bytes at the receiver. */
export interface DirectionFigures {
  /** Mean, in bits per second. */
  readonly rate: number;
  /** Mean, in % of the cap. */
  readonly percent: number;
  /** Busiest second, in % of the cap. */
  readonly worstSecondPercent: number;
}

/** What was measured. */
export interface Measurement {
  /** To the pod. */
  readonly ingress: DirectionFigures;
  /** From the pod. */
  readonly egress: DirectionFigures;
  readonly requests: RequestFigures | null;
  readonly elephants: readonly ElephantFigures[];
  /** What else the machine did, warm-up included. */
  readonly host: HostLoad;
  /** What the limiter wrote to its standard error while it set the limit. */
  readonly limiterStderr: string;
}

/**
 * Seconds by which the requests may begin, and so end, later than what is counted: a program has to be
 * started first.
 */
const LOAD_LAG = 0.05;

/**
 * Measures.
 *
 * @param scenario what
 * @param tools the rig's programs
 * @returns the figures
 * @throws {Interrupted} when the process is told to stop
 * @throws {RigError} if a program of the rig, or the limiter's ADD or DEL, fails
 */
export async function measure(scenario: Scenario, tools: Tools): Promise<Measurement> {
  const { limiter, rate, warmup, seconds } = scenario;
  if (!(seconds >= 1)) {
    throw new RangeError(`Failed to measure for "${seconds}" seconds: at least one is needed`);
  }
  if (warmup + seconds + LOAD_LAG > tools.meterSeconds) {
    throw new RangeError(
      `Failed to measure for "${
        warmup + seconds
      }" s: the meter holds "${tools.meterSeconds}", and needs ${LOAD_LAG} more`,
    );
  }
  const { congestionControl = DEFAULT_CONGESTION_CONTROL, delay = 0 } = scenario;
  await using pod = await Pod.create({ congestionControl, delay });
  await using limit = limiter && await limiter.limit(pod, rate);
  // After the limit, so that a plugin finds the interfaces as a main CNI plugin leaves them.
  const toPod = await Meter.attach(tools, pod.pod, POD_INTERFACE);
  const fromPod = await Meter.attach(tools, pod.client, CLIENT_INTERFACE);

  await using traffic = new AsyncDisposableStack();
  if (scenario.requests) traffic.use(await serveRequests(pod, tools));
  const receivers: Receiver[] = [];
  for (const [number, spec] of scenario.elephants.entries()) {
    const receiver = await receive(pod, spec, number);
    traffic.use(receiver.server);
    receivers.push(receiver);
  }
  const begin = (left: number): Elephant[] =>
    receivers.map((receiver) => traffic.use(Elephant.begin(pod, receiver, Math.max(0, left), seconds)));
  const { elephantsAfter } = scenario;
  let elephants = elephantsAfter === undefined ? begin(warmup) : [];
  const load = scenario.requests &&
    traffic.use(startRequests(pod, tools, scenario.requests, warmup, seconds));

  const watch = new HostWatch();
  const from = slotNow() + Math.round(warmup / SLOT_SECONDS);
  if (elephantsAfter !== undefined) {
    await pause(elephantsAfter * 1000);
    elephants = begin(warmup - elephantsAfter);
  }
  const to = from + Math.round(seconds / SLOT_SECONDS);
  // Not before the last requests: reading takes a processor for milliseconds, which they would wait for.
  await pause(((to - slotNow()) * SLOT_SECONDS + LOAD_LAG) * 1000);
  // At once: while the last answers are waited for, the meters' rings run on, and over what was counted.
  const ingress = figuresOf(await toPod.read(from, to), rate);
  const egress = figuresOf(await fromPod.read(from, to), rate);
  const host = watch.load();
  // The elephants run until the last request is answered: none may end on an empty road.
  const requests = load && await finishRequests(load);
  const reports = await Promise.all(elephants.map((elephant) => elephant.finish()));
  const limiterStderr = limit?.stderr ?? "";
  return { ingress, egress, requests, elephants: reports, host, limiterStderr };
}

function figuresOf(series: Series, cap: number): DirectionFigures {
  const rate = averageRate(series);
  return { rate, percent: rate / cap * 100, worstSecondPercent: worstSecond(series) / cap * 100 };
}
