/** The agent's task that widens sketches of pods with more flows than the sketch is made for. */
import { delay } from "../../base/wait.ts";
import type { Task } from "../../agent/tasks.ts";
import { DEFAULTS } from "../cni/natra_conf.ts";
import { allApplied, readApplied } from "../datapath/record.ts";
import type { DirectionLimit } from "../limits/fields.ts";
import { describeError } from "../../base/log/describe.ts";
import type { Logger } from "../../base/log/log.ts";
import { byDirection, type Direction, DIRECTIONS } from "../../pod/direction.ts";
import type { RecordKey } from "../../state/records.ts";
import { podName } from "../commands/pods.ts";

/**
 * Interval of the runs, and how long one may take. Reading a sketch takes about 1 ms: 1,000 pods are checked
 * in an hour.
 */
const EVERY_MS = 60_000;
const BUDGET_MS = 50;

/**
 * Checks some pods' sketches each minute, and doubles the width of those that misclassify small flows as
 * heavy.
 */
export function growTask(logger: Logger): Task {
  let checked = "";
  return {
    name: "grow sketches",
    everyMs: EVERY_MS,
    isNeeded: false,
    run: async (signal) => {
      const { change, readSketchFill, resizeWanted } = await import("../datapath/datapath.ts");
      let spent = 0;
      for (const key of inTurn(checked)) {
        if (signal.aborted || spent > BUDGET_MS) return;
        const started = performance.now();
        checked = nameOf(key);
        grow(key, { change, readSketchFill, resizeWanted }, logger);
        spent += performance.now() - started;
        await delay(0, signal); // lets signals and requests be handled between two pods
      }
    },
  };
}

/** All pods, starting behind the one that was checked last. */
function inTurn(checked: string): RecordKey[] {
  const all = allApplied().sort((one, other) => nameOf(one) < nameOf(other) ? -1 : 1);
  const from = Math.max(0, all.findIndex((applied) => nameOf(applied) > checked));
  return [...all.slice(from), ...all.slice(0, from)];
}

function nameOf({ containerId, ifname }: RecordKey): string {
  return `${containerId} ${ifname}`;
}

type Datapath = Pick<typeof import("../datapath/datapath.ts"), "change" | "readSketchFill" | "resizeWanted">;

/** Reads the record again, because the limits may have changed since the run began. */
function grow(key: RecordKey, { change, readSketchFill, resizeWanted }: Datapath, logger: Logger): void {
  const applied = readApplied(key);
  if (applied === null || !applied.complete) return;
  const maxBytes = applied.confAtAdd?.maxSketchBytes ?? DEFAULTS.maxSketchBytes;
  const wider = (direction: Direction): DirectionLimit | null => {
    const limit = applied[direction]?.limit ?? null;
    const fill = limit === null ? null : readSketchFill(applied, direction);
    const width = fill === null ? null : resizeWanted(fill, maxBytes);
    return limit === null || width === null ? limit : { ...limit, width };
  };
  const logContext = { pod: podName(applied), containerId: applied.containerId, ifname: applied.ifname };
  try {
    const limits = byDirection(wider);
    if (DIRECTIONS.every((direction) => limits[direction] === (applied[direction]?.limit ?? null))) return;
    change({ ...applied, limits, onChoice: () => {} });
    for (const direction of DIRECTIONS) {
      const [before, now] = [applied[direction]?.limit.width, limits[direction]?.width];
      if (before !== now) logger.info("sketch widened", { ...logContext, direction, before, now });
    }
  } catch (error) {
    logger.warn("sketch not checked", { ...logContext, error: describeError(error) });
  }
}
