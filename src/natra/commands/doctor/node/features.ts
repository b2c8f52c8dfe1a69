import type { Applied } from "../../../datapath/record.ts";
import { kernelRelease } from "../../../../kernel/version.ts";
import { DIRECTIONS } from "../../../../pod/direction.ts";
import type { Finding } from "../finding.ts";

/** What this kernel lacks, told once and not for each pod. */
export function features(pods: readonly Applied[]): Finding[] {
  const found: Finding[] = [];
  const few = pods.filter((pod) => DIRECTIONS.some((direction) => / bfifo$/.test(pod[direction]?.queue ?? "")) // HTB's heavy flows
  );
  if (few.length > 0) {
    found.push({
      id: "no-fq-codel",
      level: "notice",
      what: `${few.length} of ${pods.length} pods queue their heavy flows in a bfifo`,
      why:
        "this kernel had no fq_codel when they started: one heavy flow may wait behind another, and none is marked (ECN)",
      todo: "modprobe sch_fq_codel on the node; it holds for pods that start afterwards",
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
        "on clsact whoever attaches later at the same priority runs first, and a neighbour may delete all filters of a hook",
      todo:
        'use Linux 6.6 or later, and no "attach": "clsact" in the CNI list: tcx links cannot be skipped so',
    });
  }
  return found;
}
