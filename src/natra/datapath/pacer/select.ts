import { describeError } from "../../../base/log/describe.ts";
import type { DirectionLimit, PacerKind } from "../../limits/fields.ts";
import { edt } from "./edt.ts";
import { htb } from "./htb.ts";
import type { Device, Pacer } from "./pacer.ts";
import { police } from "./police.ts";

const PACERS: Readonly<Record<PacerKind, Pacer>> = { htb, edt, police };

/** A pacer that was set up. */
export interface Paced {
  readonly pacer: Pacer;
  /** What its queue is made of. */
  readonly queue: string;
  /** Why this pacer. */
  readonly why: string;
}

/** The pacer of that kind. */
export function pacerOf(kind: PacerKind): Pacer {
  return PACERS[kind];
}

/**
 * The pacers to try, best first. HTB decides when a packet leaves, EDT when it arrives, so small flows are
 * faster with HTB; but HTB cannot give each heavy flow a rate of its own.
 */
export function candidates({ pacer, bucket }: Pick<DirectionLimit, "pacer" | "bucket">): PacerKind[] {
  const queues: PacerKind[] = bucket === "flow" ? ["edt"] : pacer === "edt" ? ["edt", "htb"] : ["htb"];
  return pacer === "police" ? ["police"] : [...queues, "police"];
}

/** Sets up the first pacer that works on this kernel and device. */
export function installPacer(device: Device, limit: DirectionLimit): Paced {
  const refused: string[] = [];
  for (const kind of candidates(limit)) {
    const pacer = PACERS[kind];
    try {
      const queue = pacer.install(device, limit);
      const asked = limit.pacer === kind ? "as asked" : "the default";
      return { pacer, queue, why: refused.length === 0 ? asked : `instead of ${refused.join("; ")}` };
    } catch (error) {
      refused.push(`${kind} (${describeError(error)})`);
    }
  }
  throw new Error(`Cannot pace on "${device.link.name}": ${refused.join("; ")}`);
}
