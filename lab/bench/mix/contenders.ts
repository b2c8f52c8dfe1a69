/** Who is compared. */
import { NOBODYS_BURST, type Peer } from "../../../tests/rig/bandwidth.ts";
import { type Limiter, natraLimiter } from "../../../tests/rig/limiter.ts";
import { Namespace } from "../../../tests/rig/namespace.ts";
import { outcomeOf } from "../../../tests/rig/run.ts";
import { xdpLimiter } from "./xdp.ts";

/** Names of the contenders, as the command line and JSON have them. */
export const CONTENDERS = [
  "none",
  "none-loaded",
  "natra-idle",
  "natra",
  "natra-edt",
  "bandwidth",
  "bandwidth-unbounded",
  "xdp",
] as const;
/**
 * The benchmark's, unless others are named. XDP is no rival: it is the reason for a choice in
 * docs/datapath.md.
 */
export const USUAL: readonly ContenderId[] = [
  "none",
  "natra",
  "natra-edt",
  "bandwidth",
  "bandwidth-unbounded",
];
/** Those without a limit. */
export const UNLIMITED: readonly ContenderId[] = ["none", "none-loaded"];
/** The demo's: what elephants do without a limit and natra without elephants, too. */
export const SHOWN: readonly ContenderId[] = ["none", "none-loaded", "natra-idle", "natra", "bandwidth"];
export type ContenderId = typeof CONTENDERS[number];

/** One of those compared. */
export interface Contender {
  readonly id: ContenderId;
  readonly name: string;
  /** null: no limit. */
  readonly limiter: Limiter | null;
  /** Whether the mix's elephants flow, or the requests alone. */
  readonly elephants: boolean;
}

/** Those that can be measured here, and why the others cannot. */
export interface Field {
  readonly contenders: readonly Contender[];
  readonly missing: readonly string[];
}

/** What the contenders are made of. */
export interface Made {
  /** Path of natra's executable. */
  readonly natra: string;
  /** File for its log. */
  readonly log: string;
  /** @param burst bits that may go out at once; default: 20 ms of the rate */
  bandwidth(burst?: number): Promise<Peer>;
}

/**
 * Gets the contenders ready.
 *
 * @param wanted which
 * @param made what they are made of
 * @returns those that can be measured here
 */
export async function prepareContenders(wanted: readonly ContenderId[], made: Made): Promise<Field> {
  const contenders: Contender[] = [];
  const missing: string[] = [];
  for (const id of wanted) {
    const found = await prepare(id, made);
    if (typeof found === "string") missing.push(found);
    else contenders.push(found);
  }
  return { contenders, missing };
}

/** @returns a contender, or why it cannot be measured here */
async function prepare(id: ContenderId, { natra, log, bandwidth }: Made): Promise<Contender | string> {
  switch (id) {
    case "none":
      return { id, name: "no limit, requests alone", limiter: null, elephants: false };
    case "none-loaded":
      return { id, name: "no limit", limiter: null, elephants: true };
    case "natra-idle":
      return { id, name: "natra, requests alone", limiter: natraLimiter(natra, log), elephants: false };
    case "natra":
      return { id, name: "natra", limiter: natraLimiter(natra, log), elephants: true };
    case "natra-edt": {
      if (!await hasFq()) return "natra with EDT: this kernel has no fq";
      const limiter = natraLimiter(natra, log, { pacer: "edt" });
      return { id, name: "natra, EDT", limiter, elephants: true };
    }
    case "xdp":
      return { id, name: xdpLimiter.name, limiter: xdpLimiter, elephants: true };
    default: {
      const unbounded = id === "bandwidth-unbounded";
      const peer = await bandwidth(unbounded ? NOBODYS_BURST : undefined);
      const name = `bandwidth plugin, ${unbounded ? `burst ${NOBODYS_BURST}` : "20 ms burst"}`;
      return "limiter" in peer
        ? { id, name, limiter: peer.limiter, elephants: true }
        : `${name}: ${peer.missing}`;
    }
  }
}

async function hasFq(): Promise<boolean> {
  await using namespace = await Namespace.create("fq");
  const { code } = await outcomeOf(["tc", "-n", namespace.name, "qdisc", "add", "dev", "lo", "root", "fq"]);
  return code === 0;
}
