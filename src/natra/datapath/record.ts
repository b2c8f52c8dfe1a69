import { records } from "../node_state.ts";
import { type DirectionLimit, type Limits, type PacerKind, restoreLimit } from "../limits/fields.ts";
import type { ConfAtAdd } from "../limits/sources.ts";
import { isObject } from "../../base/json.ts";
import type { RecordKey, Records } from "../../state/records.ts";
import { byDirection, DIRECTIONS } from "../../pod/direction.ts";
import type { AttachKind } from "../../ebpf/attach/attachment.ts";
import type { Side } from "./attach_points.ts";

/** A choice that was made for a pod and its reason, for the log, `status` and `debug`. */
export interface Choice {
  readonly what: string;
  readonly choice: string;
  readonly why: string;
}

/** The pod's name, from the runtime. */
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
  /** What replaced queues had counted; absent: no queue was replaced. */
  readonly carried?: { readonly drops: number; readonly marks: number };
}

/** One end of the veth before natra changed it. */
export interface AppliedInterface {
  readonly index: number;
  readonly name: string;
  readonly gsoMaxSize: number;
  /** Whether natra made its clsact and so may delete it. */
  readonly ownsClsact: boolean;
}

/** The record of what was done to a pod's interface. */
export interface Applied extends RecordKey {
  readonly version: 1;
  /** Whether the setup is complete; until then the record says what may have been touched. */
  readonly complete: boolean;
  /** While it is not complete: the limits to finish the setup with. Without them it is to be undone. */
  readonly wanted?: Limits | null;
  /** The CNI network that the pod was added to. */
  readonly network: string;
  readonly pod: PodName | null;
  /** Absent if there was no CNI configuration, for example with `natra debug`. */
  readonly confAtAdd?: ConfAtAdd;
  /** The pod's network namespace: its path, and an id that distinguishes it from a later one at that path. */
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

/** The limits of a pod's interface. @param applied null: it has none. */
export function limitsOf(applied: Applied | null): Limits {
  return byDirection((direction) => applied?.[direction]?.limit ?? null);
}

/** Reads the record of a pod's interface. @returns null if there is none that can be read. */
export function readApplied(key: RecordKey, from: Records = records): Applied | null {
  const applied = parse(from.read(key));
  // The keys "a-b"/"c" and "a"/"b-c" map to one file name: check that the record is this key's.
  return applied?.containerId === key.containerId && applied.ifname === key.ifname ? applied : null;
}

/** Every record that can be read. */
export function allApplied(from: Records = records): Applied[] {
  return from.all().map(parse).filter((applied) => applied !== null);
}

/**
 * @returns null if it is not a record, or if a limit in it cannot be read: without it the direction would
 *   look free.
 */
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
 * Only natra writes the file, in one step, and only root can: the version says what is in it. Still, one
 * damaged file must not hide the others.
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
