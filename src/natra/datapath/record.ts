import { records } from "../node_state.ts";
import { type DirectionLimit, type Limits, type PacerKind, restoreLimit } from "../limits/fields.ts";
import type { ConfAtAdd } from "../limits/sources.ts";
import { isObject } from "../../base/json.ts";
import type { RecordKey, Records } from "../../state/records.ts";
import { byDirection, DIRECTIONS } from "../../pod/direction.ts";
import type { AttachKind } from "../../ebpf/attach/attachment.ts";
import type { Side } from "./attach_points.ts";

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
  readonly confAtAdd?: ConfAtAdd;
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

/** The limits that hold a pod's interface. @param applied null: nothing was done to it. */
export function limitsOf(applied: Applied | null): Limits {
  return byDirection((direction) => applied?.[direction]?.limit ?? null);
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

/** @returns null if it is not a record, or a limit in it cannot be read: half of one would say that the other half is free. */
function parse(value: unknown): Applied | null {
  if (!isApplied(value)) return null;
  const { wanted = null, ...rest } = value;
  let isReadable = true;
  const restore = (recorded: object | null): DirectionLimit | null => {
    const limit = recorded === null ? null : restoreLimit(recorded);
    if (recorded !== null && limit === null) isReadable = false;
    return limit;
  };
  const directions = byDirection((direction) => {
    const held = value[direction];
    const limit = restore(held?.limit ?? null);
    return held === null || limit === null ? null : { ...held, limit };
  });
  const applied = {
    ...rest,
    ...directions,
    ...wanted === null ? {} : { wanted: byDirection((direction) => restore(wanted[direction])) },
  };
  return isReadable ? applied : null;
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
    DIRECTIONS.every((direction) => isDirection(fields.get(direction))) &&
    isWanted(fields.get("wanted") ?? null) &&
    isConfAtAdd(fields.get("confAtAdd") ?? null) &&
    Array.isArray(fields.get("choices"));
}

function isWanted(value: unknown): boolean {
  if (value === null) return true;
  if (!isObject(value)) return false;
  const limits = new Map<string, unknown>(Object.entries(value));
  return DIRECTIONS.every((direction) => limits.get(direction) === null || isObject(limits.get(direction)));
}

function isConfAtAdd(value: unknown): boolean {
  if (value === null) return true;
  return isObject(value) && "conf" in value && isObject(value.conf) &&
    "maxSketchBytes" in value && typeof value.maxSketchBytes === "number";
}
