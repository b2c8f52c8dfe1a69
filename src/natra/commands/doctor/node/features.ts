import type { Applied } from "../../../datapath/record.ts";
import { kernelRelease } from "../../../../kernel/version.ts";
import { DIRECTIONS } from "../../../../pod/direction.ts";
import type { Finding } from "../finding.ts";

/** What this kernel lacks, reported once for all pods. */
export function features(pods: readonly Applied[]): Finding[] {
  const found: Finding[] = [];
  // HTB's heavy flows
  const few = pods.filter((pod) =>
    DIRECTIONS.some((direction) => / bfifo$/.test(pod[direction]?.queue ?? ""))
  );
  if (few.length > 0) {
    found.push({
      id: "no-fq-codel",
      level: "notice",
      what: `${few.length} of ${pods.length} pods queue their heavy flows in a bfifo`,
      why:
        "fq_codel was missing when they started: heavy flows wait behind each other, and are not marked (ECN)",
      todo: "modprobe sch_fq_codel on the node; it takes effect for pods that start afterwards",
    });
  }
  const clsact = pods.filter(({ attach }) => attach === "clsact");
  if (clsact.length > 0) {
    found.push({
      id: "clsact",
      level: "notice",
      what:
        `${clsact.length} of ${pods.length} pods are attached by clsact filters (Linux ${kernelRelease()})`,
      why:
        "a filter that is attached later at the same priority runs first, and other software may delete all filters of a hook",
      todo:
        'use Linux 6.6 or later without "attach": "clsact" in the CNI list: tcx links cannot be bypassed that way',
    });
  }
  return found;
}
