/**
 * How well the sketch tells large flows from small ones: the product's program classifies skewed traffic,
 * packet by packet, on a clock of the test's own, so that 300 ms of traffic are 300 ms, whatever the machine.
 *
 * What is large is decided here, without the program: by max-min fairness over the rates that the flows
 * really have, of which the program can only see what came. A flow above its fair share must be heavy. A
 * small one, that takes less than a 256th of the limit, must not: the program never lets a cell leak slower
 * (knobs.leak_min), so that such a flow is heavy only by a collision with others. Between the two either is
 * right: the program's share is that of the flows which are heavy now, and these have been before they are
 * counted.
 *
 * @module
 */
import { Handle } from "../../../src/natra/datapath/handles.ts";
import { Datapath } from "../datapath.ts";
import { flow as packetOf, START } from "../traffic.ts";
import { arrivals, fairShare, random, zipfFlows } from "./zipf.ts";

/** The traffic, and the sketch that it meets. */
export interface Trial {
  readonly flows: number;
  readonly width: number;
  readonly depth: number;
  /** bits/s */
  readonly limit: number;
  /** Decides the sketch's seed and the packets' times. */
  readonly seed: number;
}

/** What was found, in flows. */
export interface Detection {
  /** Above their fair share, and how many of these were heavy for most of their packets. */
  readonly large: number;
  readonly recalled: number;
  /** Small, and how many of these had a single heavy packet or more. */
  readonly small: number;
  readonly mistaken: number;
}

/** The span over which flows count as live, ns. */
export const SPAN = 300e6;
const SPANS = 6; // five for the share to settle (at 10M that takes several epochs of 256 ms), one to count
const SKEW = 1.2;
const LOAD = 1.5; // of the limit
/** Of the limit: the bounds of what the program takes for a share, and what is small. */
const LEAST_SHARE = 1 / 128, MOST_SHARE = 1 / 2, SMALL = 1 / 256;

/** Runs one trial. @throws {LoadFailure} */
export function detect({ flows: count, width, depth, limit, seed }: Trial): Detection {
  const draw = random(seed);
  const bytesPerSecond = limit / 8;
  const flows = zipfFlows(count, SKEW, LOAD * bytesPerSecond, SPAN);
  const fair = fairShare(flows.map(({ rate }) => rate), bytesPerSecond);
  const share = Math.min(Math.max(fair, LEAST_SHARE * bytesPerSecond), MOST_SHARE * bytesPerSecond);

  using datapath = Datapath.clocked({
    limit: { rate: BigInt(limit), width, depth },
    seed: BigInt(Math.floor(draw() * 2 ** 32)) << 32n | BigInt(seed),
  });
  const packets = new Uint32Array(count), heavy = new Uint32Array(count);
  const frames = new Map<number, Uint8Array<ArrayBuffer>>(); // of those that send more than once
  for (const { flow, at } of arrivals(flows, SPANS * SPAN, draw)) {
    const { number, bytes } = flows[flow]!;
    const frame = frames.get(flow) ?? packetOf(number, bytes);
    if (count <= 10_000) frames.set(flow, frame);
    const { priority } = datapath.shape(frame, { at: START + BigInt(Math.round(at)) });
    if (at < (SPANS - 1) * SPAN) continue;
    packets[flow]! += 1;
    if (priority !== Handle.LIGHT) heavy[flow]! += 1;
  }

  const found = { large: 0, recalled: 0, small: 0, mistaken: 0 };
  flows.forEach(({ rate }, index) => {
    const sent = packets[index] ?? 0, marked = heavy[index] ?? 0;
    if (rate > share) {
      found.large++;
      if (marked * 2 > sent) found.recalled++;
    } else if (rate < SMALL * bytesPerSecond) {
      found.small++;
      if (marked > 0) found.mistaken++;
    }
  });
  return found;
}

/** Adds trials up. */
export function total(detections: readonly Detection[]): Detection {
  return detections.reduce((a, b) => ({
    large: a.large + b.large,
    recalled: a.recalled + b.recalled,
    small: a.small + b.small,
    mistaken: a.mistaken + b.mistaken,
  }), { large: 0, recalled: 0, small: 0, mistaken: 0 });
}
