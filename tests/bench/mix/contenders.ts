/** Who is compared. */
import { NOBODYS_BURST } from "../../rig/bandwidth.ts";
import { type Limiter, natraLimiter } from "../../rig/limiter.ts";
import { findPeer } from "../places.ts";
import { xdpLimiter } from "./xdp.ts";

/** Names of the contenders, as the command line and JSON have them. */
export const CONTENDERS = ["none", "natra", "bandwidth", "bandwidth-unbounded", "xdp"] as const;
/** Those that are compared unless others are named: what XDP can do is no rival, but the reason for docs/architecture.md's choice. */
export const USUAL: readonly ContenderId[] = CONTENDERS.filter((id) => id !== "xdp");
export type ContenderId = typeof CONTENDERS[number];

/** One of those compared. */
export interface Contender {
  readonly id: ContenderId;
  readonly name: string;
  /** null: no limit. */
  readonly limiter: Limiter | null;
  /** Without a limit only the requests flow: what elephants do to each other there is no measure of a limiter. */
  readonly elephants: boolean;
}

/** Those that can be measured here, and why the others cannot. */
export interface Field {
  readonly contenders: readonly Contender[];
  readonly missing: readonly string[];
}

/**
 * Gets the contenders ready.
 *
 * @param wanted which
 * @param natra path of natra's executable
 * @param log file for its log
 * @returns those that can be measured here
 */
export async function prepareContenders(
  wanted: readonly ContenderId[],
  natra: string,
  log: string,
): Promise<Field> {
  const contenders: Contender[] = [];
  const missing: string[] = [];
  for (const id of wanted) {
    if (id === "none") {
      contenders.push({ id, name: "no limit, requests alone", limiter: null, elephants: false });
    } else if (id === "natra") {
      contenders.push({ id, name: "natra", limiter: natraLimiter(natra, log), elephants: true });
    } else if (id === "xdp") {
      contenders.push({ id, name: xdpLimiter.name, limiter: xdpLimiter, elephants: true });
    } else {
      const unbounded = id === "bandwidth-unbounded";
      const peer = await findPeer(unbounded ? NOBODYS_BURST : undefined);
      const name = `bandwidth plugin, ${unbounded ? `burst ${NOBODYS_BURST}` : "20 ms burst"}`;
      if ("limiter" in peer) contenders.push({ id, name, limiter: peer.limiter, elephants: true });
      else missing.push(`${name}: ${peer.missing}`);
    }
  }
  return { contenders, missing };
}
