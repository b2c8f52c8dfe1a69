import { records } from "../node_state.ts";
import type { DirectionLimit, LimitConf, Limits } from "../limits/limits.ts";
import type { RecordKey, Records } from "../../state/records.ts";
import type { Direction } from "../../registry/names.ts";
import type { AttachKind } from "../../ebpf/attach/attachment.ts";
import type { Side } from "./attach_points.ts";
import type { PacerKind } from "./pacer/pacer.ts";

/** A choice that was made for a pod, and why: for the log, `status` and `debug`. */
export interface Choice {
  readonly what: string;
  readonly choice: string;
  readonly why: string;
}

/** Who the pod is, as the runtime names it. */
export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

/** What the CNI configuration said at a pod's ADD, below all annotations: whoever decides again later needs it. */
export interface Told {
  readonly conf: LimitConf;
  /** The most that one direction's sketch may take, in bytes. */
  readonly maxSketchBytes: number;
}

/** What holds one direction. */
export interface AppliedDirection {
  readonly limit: DirectionLimit;
  readonly pacer: PacerKind;
  /** What the queue is made of. */
  readonly queue: string;
  /** What queues counted that have been replaced since; none were if it is left out. */
  readonly carried?: { readonly drops: number; readonly marks: number };
}

/** One end of the veth, as it was found. */
export interface AppliedInterface {
  readonly index: number;
  readonly name: string;
  readonly gsoMaxSize: number;
  /** Whether natra made its clsact, and may delete it. */
  readonly ownsClsact: boolean;
}

/** What was done to a pod's interface: the record. */
export interface Applied extends RecordKey {
  readonly version: 1;
  /** Whether all of it was done: until then it says what may have been touched. */
  readonly complete: boolean;
  /** What it was to be, while it is not complete: whoever finds it cut short may finish it. Without it, it is to be undone. */
  readonly wanted?: Limits | null;
  /** The CNI network that the pod was added to. */
  readonly network: string;
  readonly pod: PodName | null;
  /** Absent where nobody said, for example by hand. */
  readonly told?: Told;
  /** The pod's network namespace: its path, and the id that tells it from a later one there. */
  readonly netns: string;
  readonly netnsId: string;
  readonly created: string;
  readonly attach: AttachKind;
  /** Where ingress is held. */
  readonly side: Side;
  readonly inside: AppliedInterface;
  readonly outside: AppliedInterface;
  readonly ingress: AppliedDirection | null;
  readonly egress: AppliedDirection | null;
  readonly choices: readonly Choice[];
}

/** What was done to a pod's interface. @returns null if nothing was, or nobody knows. */
export function readApplied(key: RecordKey, from: Records = records): Applied | null {
  const applied = parse(from.read(key));
  // "a-b" with "c" and "a" with "b-c" have one file name: the other's record is none of this one.
  return applied?.containerId === key.containerId && applied.ifname === key.ifname ? applied : null;
}

/** Every record that can be read. */
export function allApplied(from: Records = records): Applied[] {
  return from.all().map(parse).filter((applied) => applied !== null);
}

function parse(value: unknown): Applied | null {
  if (!isApplied(value)) return null;
  const { wanted } = value;
  return {
    ...value,
    ingress: parseDirection(value, "ingress"),
    egress: parseDirection(value, "egress"),
    ...(wanted === undefined || wanted === null
      ? {}
      : { wanted: { ingress: parseLimit(wanted.ingress), egress: parseLimit(wanted.egress) } }),
  };
}

function parseDirection(applied: Applied, direction: Direction): AppliedDirection | null {
  const recorded = applied[direction];
  const limit = parseLimit(recorded?.limit ?? null);
  return recorded === null || limit === null ? null : { ...recorded, limit };
}

/** Bigints come back as the strings that they were written as. */
function parseLimit(limit: DirectionLimit | null): DirectionLimit | null {
  return limit === null ? null : {
    ...limit,
    rate: BigInt(limit.rate),
    burst: BigInt(limit.burst),
    threshold: limit.threshold === null ? null : BigInt(limit.threshold),
  };
}

/**
 * The file is natra's own, root's alone, and written whole: its version says what is in it. One that somebody else spoiled
 * all the same must not hide the others.
 */
function isApplied(value: unknown): value is Applied {
  if (!isObject(value) || !("version" in value) || value.version !== 1) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const isDirection = (part: unknown): boolean =>
    part === null || (isObject(part) && "limit" in part && isObject(part.limit));
  return ["containerId", "ifname", "netns", "netnsId"].every((key) => typeof fields.get(key) === "string") &&
    ["inside", "outside"].every((key) => isObject(fields.get(key))) &&
    ["ingress", "egress"].every((key) => isDirection(fields.get(key))) &&
    isWanted(fields.get("wanted") ?? null) &&
    isTold(fields.get("told") ?? null) &&
    Array.isArray(fields.get("choices"));
}

function isWanted(value: unknown): boolean {
  if (value === null) return true;
  if (!isObject(value)) return false;
  const limits = new Map<string, unknown>(Object.entries(value));
  return ["ingress", "egress"].every((key) => limits.get(key) === null || isObject(limits.get(key)));
}

function isTold(value: unknown): boolean {
  if (value === null) return true;
  return isObject(value) && "conf" in value && isObject(value.conf) &&
    "maxSketchBytes" in value && typeof value.maxSketchBytes === "number";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
