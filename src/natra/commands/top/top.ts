import { quote } from "../../../base/log/quote.ts";
import type { Command } from "../../../cli/subcommand.ts";
import { type Options, OUTPUT, outputFormat } from "../../../cli/options.ts";
import { isTerminal, print, printJson, UsageError } from "../../../cli/output.ts";
import { wantedPods } from "../pods.ts";
import { compare, type Figures, FORGET_AFTER_SECONDS, type Sort, sortFigures, SORTS } from "./figures.ts";
import { takeSample } from "./sample.ts";
import { directionTable, flowTable } from "./tables.ts";

/** `natra top` */
export const command: Command = {
  usage: "[POD] [--once] [--sort BY] [--interval SECONDS] [-o json|table]",
  about:
    `The flows that use up the limits, live, like top(1): the rate that each offers, the part of its pod's limit, and
since when it is above its fair share. Above them each limited direction, with what its queue sends, holds and
drops. With POD, only pods whose namespace/name (or container ID) contains it, with the classes of their queues.`,
  options: [
    { name: "once", about: "measure one interval, print it and exit, for scripts" },
    { name: "sort", value: "BY", complete: SORTS, about: `${SORTS.join(", ")} (rate)` },
    {
      name: "interval",
      short: "d",
      value: "SECONDS",
      about: "interval of the measurements, 0.1 to 3600 (2; with --once 1)",
    },
    { name: "classes", short: "c", about: "show the queues' classes, even of several pods" },
    { ...OUTPUT, about: "table (the default) for people; json for programs, with --once" },
  ],
  words: { name: "POD", max: 1, complete: "pods" },
  notes: `Directions:
  OFFERED  what arrived in bits/s, before any queue or drop; SENT, what left the queue: at most the LIMIT
  HEAVY    the heavy flows' part of what arrived
  WAITING  bytes in the queue; DROPS and MARKS, packets per second, by program, queue and guard
  CLASS    in order of service: ack, pure acknowledgements; light, small flows; young, heavy flows that have just
           begun; heavy, the others; all: one queue for everything

Flows:
  RATE     what the flow offers in bits/s; SHARE, its part of the limit: above 100% if it does not slow down
  DROPS    and MARKS: by the program itself; queues do not count by flow, see their classes
  A flow is forgotten ${FORGET_AFTER_SECONDS} s after its last heavy packet; a direction remembers 128.

Keys: q or Ctrl-C ends, h shows the others.
JSON: { seconds, directions: […], flows: […] }, rates in bits/s, sizes in bytes, shares from 0 to 1.`,
  run: top,
};

const ONCE_SECONDS = 1;
const WATCH_SECONDS = 2;

async function top(options: Options): Promise<number> {
  const once = options.flag("once");
  const format = outputFormat(options);
  const sort = sortOf(options);
  const interval = intervalOf(options) ?? (once ? ONCE_SECONDS : WATCH_SECONDS);
  const words = options.words;
  const classes = options.flag("classes") || words.length > 0;
  if (format === "json" && !once) throw new UsageError("-o json needs --once");
  if (!once && !isTerminal()) {
    throw new UsageError("stdout is not a terminal: natra top --once prints one measurement");
  }
  const pods = wantedPods(words);
  const [word] = words;
  if (word !== undefined && pods.length === 0) {
    throw new Error(`No limited pod on this node is called ${quote(word)}: natra status lists them`);
  }
  if (!once) {
    const { watch } = await import("./watch.ts");
    return await watch({ words, sort, interval, classes });
  }
  const before = await takeSample(pods);
  if (before.size > 0) await new Promise((resolve) => setTimeout(resolve, interval * 1000));
  const figures = sortFigures(compare(before, before.size > 0 ? await takeSample(pods) : before), sort);
  if (format === "json") printJson(figures);
  else printOnce(figures, classes);
  return 0;
}

function printOnce(figures: Figures, classes: boolean): void {
  if (figures.directions.length === 0) return print("No pod is limited on this node.");
  print(directionTable(figures, classes).join("\n"));
  print(figures.flows.length === 0 ? "\nNo flow is heavy." : `\n${flowTable(figures).join("\n")}`);
}

function sortOf(options: Options): Sort {
  const asked = options.string("sort") ?? "rate";
  const sort = SORTS.find((name) => name === asked);
  if (sort === undefined) {
    throw new UsageError(`--sort must be one of ${SORTS.join(", ")}, not ${quote(asked)}`);
  }
  return sort;
}

function intervalOf(options: Options): number | null {
  const text = options.string("interval");
  if (text === undefined) return null;
  const seconds = /^[0-9]*\.?[0-9]+$/.test(text) ? Number(text) : NaN;
  if (seconds >= 0.1 && seconds <= 3600) return seconds;
  throw new UsageError(`--interval must be 0.1 to 3600 seconds, not ${quote(text)}`);
}
