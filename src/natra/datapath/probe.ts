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

/** A limit that needs every kind of queue. */
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
 * Which of this kernel's features decide how pods are held. Queues and the ifb are made in a temporary
 * network namespace: only trying is certain, and it loads kernel modules as a pod's start would.
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
      if (link === null) throw new Error("there is no interface to test it on");
      const made = pacer.install({ netlink, link }, LIMIT);
      pacer.remove({ netlink, link });
      return made;
    });
  const htb = queue(pacerOf("htb"));
  const edt = queue(pacerOf("edt"));
  return [
    {
      what: "release",
      choice: kernelRelease(),
      why: "for information: features are tested, not concluded from it",
    },
    {
      what: "tcx",
      choice: tcx ? "yes" : "no",
      why: tcx
        ? "programs attach at the head of the hook, beside foreign ones"
        : "before Linux 6.6: clsact filters instead",
    },
    {
      what: "htb",
      choice: htb.choice,
      why: htb.refused
        ? "limits are enforced by edt or police instead"
        : htb.choice.includes("fq_codel")
        ? "heavy flows take turns"
        : "no fq_codel: heavy flows share one FIFO",
    },
    {
      what: "fq",
      choice: edt.refused ? edt.choice : "yes",
      why: edt.refused ? "no pacer edt, and bucket flow is policed" : "pacer edt is possible",
    },
    {
      what: "ifb",
      choice: ifb.choice,
      why: ifb.refused ? "podside can only police what a pod receives" : "podside queues what a pod receives",
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
