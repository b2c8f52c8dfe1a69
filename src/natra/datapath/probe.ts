import { hasTcx } from "../../ebpf/features.ts";
import { kernelRelease } from "../../kernel/version.ts";
import { describeError } from "../../base/log/describe.ts";
import type { DirectionLimit } from "../limits/fields.ts";
import { addIfb, linkByName } from "../../net/links.ts";
import { Netlink } from "../../net/netlink.ts";
import { NetNs } from "../../net/netns.ts";
import type { Choice } from "./record.ts";
import type { Pacer } from "./pacer/pacer.ts";
import { pacerOf } from "./pacer/select.ts";

/** Any limit at which every queue of a pod is wanted. */
const LIMIT: DirectionLimit = {
  rate: 10_000_000n,
  burst: 50_000n,
  bucket: "pod",
  mice: "charged",
  pacer: "auto",
  width: 1024,
  depth: 4,
  threshold: null,
  source: "probe",
};

/**
 * What of this kernel decides how pods are held. Queues and the ifb are made in a network namespace of its own, which is gone
 * afterwards: only trying tells for certain, and it may load the kernel's modules as a pod's start would.
 *
 * @throws {NativeError} If no namespace can be made.
 */
export function probeKernel(): Choice[] {
  const tcx = hasTcx();
  using netns = NetNs.fresh();
  using netlink = netns.run(() => new Netlink());
  const ifb = attempt(() => {
    addIfb(netlink, "natra-probe");
    return "yes";
  });
  const link = linkByName(netlink, "natra-probe") ?? linkByName(netlink, "lo");
  const queue = (pacer: Pacer): { choice: string; refused: boolean } =>
    attempt(() => {
      if (link === null) throw new Error("there is no interface to try it on");
      const made = pacer.install({ netlink, link }, LIMIT);
      pacer.remove({ netlink, link });
      return made;
    });
  const htb = queue(pacerOf("htb"));
  const edt = queue(pacerOf("edt"));
  return [
    { what: "release", choice: kernelRelease(), why: "only for people: what it can is tried" },
    {
      what: "tcx",
      choice: tcx ? "yes" : "no",
      why: tcx
        ? "programs hang on the hook's head, and others' beside them"
        : "before 6.6: clsact filters instead",
    },
    {
      what: "htb",
      choice: htb.choice,
      why: htb.refused
        ? "without it a limit is held by edt or police"
        : htb.choice.includes("fq_codel")
        ? "each heavy flow has its turn"
        : "no fq_codel: heavy flows share one queue",
    },
    {
      what: "fq",
      choice: edt.refused ? edt.choice : "yes",
      why: edt.refused ? "pacer edt is not possible, bucket flow is policed" : "pacer edt is possible",
    },
    {
      what: "ifb",
      choice: ifb.choice,
      why: ifb.refused ? "podside only polices what a pod receives" : "podside queues",
    },
  ];
}

function attempt(probe: () => string): { choice: string; refused: boolean } {
  try {
    return { choice: probe(), refused: false };
  } catch (error) {
    return { choice: `no: ${describeError(error)}`, refused: true };
  }
}
