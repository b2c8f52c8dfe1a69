/** What this kernel can, found out without natra. */
import { NativeError } from "../../../ffi/native.ts";
import { outcomeOf, run } from "../../../tests/rig/run.ts";
import { Program } from "./bpf.ts";

/** The programs of features.bpf.c. */
const BPF_FEATURES = [
  "plain_atomics",
  "value_atomics",
  "departure_time",
  "typed_departure_time",
  "loops",
  "timers_armed",
] as const;
const QDISCS = ["htb", "fq", "fq_codel", "tbf", "clsact"] as const;
const LOOPBACK = { ifindex: 1, point: "egress" } as const;

/** What a kernel can, by the name of the feature. */
export type Features = Readonly<Record<string, boolean>>;

/**
 * Tries everything once.
 *
 * @returns the kernel's release, and what it can
 */
export async function probeFeatures(): Promise<{ release: string; features: Features }> {
  const features: Record<string, boolean> = {};
  for (const name of BPF_FEATURES) {
    features[name] = works(() => Program.load("/w/features.o", name, BPF_FEATURES)[Symbol.dispose]());
  }
  features["tcx"] = hasTcx();
  for (const kind of QDISCS) features[kind] = await hasQdisc(kind);
  return { release: (await run(["uname", "-r"])).trim(), features };
}

/** Whether a program can be attached by tcx. */
export function hasTcx(): boolean {
  using program = Program.load("/w/counter.o", "counter");
  return works(() => program.attach(LOOPBACK, { tcx: "tail" })[Symbol.dispose]());
}

async function hasQdisc(kind: string): Promise<boolean> {
  const where = ["dev", "lo", kind === "clsact" ? "clsact" : "root"];
  const what = kind === "tbf" ? ["tbf", "rate", "1gbit", "burst", "1mb", "limit", "1mb"] : [kind];
  const { code } = await outcomeOf(["tc", "qdisc", "add", ...where, ...(kind === "clsact" ? [] : what)]);
  await outcomeOf(["tc", "qdisc", "del", ...where]);
  return code === 0;
}

/** A refusal of the kernel is an answer; anything else is a mistake of the test. */
function works(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch (error) {
    if (error instanceof NativeError) return false;
    throw error;
  }
}
