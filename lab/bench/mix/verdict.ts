/** What natra did for a pod, in a sentence for people. */
import { figure } from "../check.ts";
import { formatRate } from "../rate.ts";
import type { ContenderId } from "./contenders.ts";
import { busiestSecond, type RowFigures } from "./figures.ts";
import type { MixResult } from "./run_mix.ts";

/**
 * Compares natra with no limit and with the bandwidth plugin.
 *
 * @param result figures that natra and "none" are among
 * @param missing why others could not be measured
 * @throws {RangeError} if natra or "none" was not measured
 */
export function verdictOn({ run, rows }: MixResult, missing: readonly string[]): string {
  const figuresOf = (id: ContenderId): RowFigures | null =>
    rows.find((row) => row.id === id)?.figures ?? null;
  const base = figuresOf("none"), natra = figuresOf("natra"), peer = figuresOf("bandwidth");
  if (base === null || natra === null) {
    throw new RangeError("Failed to compare: natra or its base is missing");
  }
  const ratio = ({ p99 }: RowFigures): string => figure(p99.median / base.p99.median);
  const compared = peer === null
    ? `the bandwidth plugin was not measured: ${missing.join("; ")}`
    : `with the bandwidth plugin it took ${ratio(peer)} × as long (${figure(peer.p99.median)} ms)`;
  return [
    `With natra the pod got ${figure(natra.ingress.percent.median)} % and sent`,
    `${figure(natra.egress.percent.median)} % of its ${formatRate(run.rate)},`,
    `${figure(busiestSecond(natra))} % in its busiest second;`,
    `the slowest small request in a hundred took ${ratio(natra)} × as long as without a limit`,
    `(${figure(natra.p99.median)} ms against ${figure(base.p99.median)} ms); ${compared}.`,
  ].join(" ");
}
