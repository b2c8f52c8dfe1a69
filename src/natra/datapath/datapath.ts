/**
 * Everything of the datapath that is loaded lazily, as one module: at a pod's start every file that is loaded
 * costs a third of a millisecond.
 *
 * @module
 */
export { setWatchdog } from "../../kernel/watchdog.ts";
export { change } from "./change.ts";
export { type Counters, readCounters } from "./counters.ts";
export { countHeavyFlows, type Flow, isHeavyNow, readFlows } from "./flows.ts";
export { hold } from "./hold.ts";
export { plan } from "./plan.ts";
export { probeKernel } from "./probe.ts";
export { type QueueStats, readAllQueues, readNodeQueues, readQueues } from "./queue_stats.ts";
export { reconcile } from "./reconcile.ts";
export { release } from "./release.ts";
export { readSketchFill, resizeWanted, type SketchFill } from "./sketch.ts";
export { verify } from "./verify.ts";
