import { type Applied, limitsOf } from "../../datapath/record.ts";
import { readQueues } from "../../datapath/queue_stats.ts";
import { inspect, sampleVeth, type VethSample } from "../../datapath/inspect.ts";
import { findDifferences } from "../../datapath/verify.ts";
import { describeError } from "../../../base/log/describe.ts";
import { byDirection, type Direction } from "../../../pod/direction.ts";
import type { CniDirectories } from "../../../cli/cni_directories.ts";
import { podName } from "../pods.ts";
import { NODE_CHECKS, POD_CHECKS, SHARED_CHECKS } from "./checks.ts";
import type { Finding, PodId, ReportedFinding } from "./finding.ts";
import { leftover } from "./node/records.ts";
import type { Comparison } from "./pod/evidence.ts";
import { compareCounters } from "./pod/passing.ts";

/** What to examine. */
export interface Examination {
  readonly pods: readonly Applied[];
  /** How long to watch the counters; 0: not at all. */
  readonly watchSeconds: number;
  /** Where the node's plugins and lists are; null: do not check the node. */
  readonly directories: CniDirectories | null;
}

export interface Diagnosis {
  readonly findings: readonly ReportedFinding[];
  readonly pods: readonly (PodId & Readonly<Record<Direction, Comparison>>)[];
}

/** A pod's counters when the watch begins, and the bytes that wait in its queues. */
interface Start {
  readonly before: VethSample;
  readonly waiting: Readonly<Record<Direction, number>>;
}

/** Checks pods and node, and changes nothing. */
export async function examine({ pods, watchSeconds, directories }: Examination): Promise<Diagnosis> {
  const findings: ReportedFinding[] = [];
  const living: Applied[] = [];
  for (const applied of pods) {
    const dead = leftover(applied);
    if (dead === null) living.push(applied);
    else findings.push(reported(dead, idOf(applied)));
  }
  const starts = new Map<Applied, Start>();
  if (watchSeconds > 0 && living.length > 0) {
    for (const applied of living) begin(applied, starts);
    await new Promise((resolve) => setTimeout(resolve, watchSeconds * 1000));
  }
  const seen: Diagnosis["pods"][number][] = [];
  for (const applied of living) {
    const id = idOf(applied);
    try {
      const { found, comparisons } = examinePod(applied, starts.get(applied));
      findings.push(...found.map((finding) => reported(finding, id)));
      seen.push({ ...id, ...comparisons });
    } catch (error) {
      // else the pod has gone meanwhile
      if (leftover(applied) === null) findings.push(reported(unreadable(error), id));
    }
  }
  const shared = SHARED_CHECKS.flatMap((check) => check(living));
  const node = directories === null ? [] : NODE_CHECKS.flatMap((check) => check(directories));
  findings.unshift(...[...node, ...shared].map((finding) => reported(finding, null)));
  return { findings, pods: seen };
}

function begin(applied: Applied, starts: Map<Applied, Start>): void {
  try {
    const queues = readQueues(applied);
    const waiting = byDirection((direction) => queues[direction]?.backlog ?? 0);
    starts.set(applied, { before: sampleVeth(applied), waiting });
  } catch {
    // the examination after the watch will fail the same way, and report it
  }
}

function examinePod(
  applied: Applied,
  start: Start | undefined,
): { readonly found: Finding[]; readonly comparisons: Readonly<Record<Direction, Comparison>> } {
  const watched = start === undefined ? null : { before: start.before, after: sampleVeth(applied) };
  const comparisons = byDirection((direction) =>
    compareCounters(applied, direction, watched, start?.waiting[direction] ?? 0)
  );
  const evidence = {
    applied,
    differences: findDifferences(applied, limitsOf(applied)),
    inspection: inspect(applied),
    watched,
    comparisons,
  };
  return { found: POD_CHECKS.flatMap((check) => check(evidence)), comparisons };
}

function unreadable(error: unknown): Finding {
  return {
    id: "unreachable",
    level: "trouble",
    what: describeError(error),
    why: "natra cannot read what holds this pod",
    todo: "try again; if it persists, see the log and dmesg",
  };
}

function idOf(applied: Applied): PodId {
  return { name: podName(applied), containerId: applied.containerId, ifname: applied.ifname };
}

function reported({ direction, ...finding }: Finding, pod: PodId | null): ReportedFinding {
  return { ...finding, pod, direction: direction ?? null };
}
