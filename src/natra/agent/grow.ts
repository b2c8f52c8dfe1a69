/** The agent's task that widens the sketches of pods with more flows than they were made for. */
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

/** Between two runs, in milliseconds, and what each may take: a sketch takes about one to read, so a thousand pods take an hour. */
const EVERY_MS = 60_000;
const BUDGET_MS = 50;

/** Looks at some pods' sketches each minute, and doubles the width of those that take small flows for heavy ones. */
export function growTask(logger: Logger): Task {
  let looked = "";
  return {
    name: "grow sketches",
    everyMs: EVERY_MS,
    isNeeded: false,
    run: async (signal) => {
      const { change, readSketchFill, resizeWanted } = await import("../datapath/datapath.ts");
      let spent = 0;
      for (const key of inTurn(looked)) {
        if (signal.aborted || spent > BUDGET_MS) return;
        const started = performance.now();
        looked = nameOf(key);
        grow(key, { change, readSketchFill, resizeWanted }, logger);
        spent += performance.now() - started;
        await delay(0, signal); // signals and requests are heard between two pods
      }
    },
  };
}

/** The pods behind the one that was looked at last, and round again. */
function inTurn(looked: string): RecordKey[] {
  const all = allApplied().sort((one, other) => nameOf(one) < nameOf(other) ? -1 : 1);
  const from = Math.max(0, all.findIndex((applied) => nameOf(applied) > looked));
  return [...all.slice(from), ...all.slice(0, from)];
}

function nameOf({ containerId, ifname }: RecordKey): string {
  return `${containerId} ${ifname}`;
}

type Datapath = Pick<typeof import("../datapath/datapath.ts"), "change" | "readSketchFill" | "resizeWanted">;

/** The record is read now: since the run began somebody may have changed what holds the pod. */
function grow(key: RecordKey, { change, readSketchFill, resizeWanted }: Datapath, logger: Logger): void {
  const applied = readApplied(key);
  if (applied === null || !applied.complete) return;
  const most = applied.confAtAdd?.maxSketchBytes ?? DEFAULTS.maxSketchBytes;
  const wider = (direction: Direction): DirectionLimit | null => {
    const limit = applied[direction]?.limit ?? null;
    const fill = limit === null ? null : readSketchFill(applied, direction);
    const width = fill === null ? null : resizeWanted(fill, most);
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
    logger.warn("sketch not looked at", { ...logContext, error: describeError(error) });
  }
}
