import { lockOf, records } from "../node_state.ts";
import { describeError } from "../../base/log/describe.ts";
import type { Limits } from "../limits/fields.ts";
import { netnsId } from "../../net/netns.ts";
import { findVeth, MissingInterfaceError, type PodVeth } from "../../pod/veth.ts";
import { hasBpffs } from "../../ebpf/pins.ts";
import { ContainerLock } from "../../state/lock.ts";
import { byDirection, type Direction, DIRECTIONS } from "../../pod/direction.ts";
import { setDirection, setUpAgain } from "./change_direction.ts";
import { drainDirection, type PodWork, removeDirection } from "./direction.ts";
import { type Applied, type AppliedDirection, type Choice, limitsOf, readApplied } from "./record.ts";
import { attacherOf } from "../../ebpf/attach/select.ts";
import { decideSide, holdLocked, type HoldRequest } from "./hold.ts";
import { type Side, usesEnd } from "./attach_points.ts";
import { releaseLocked } from "./release.ts";

/**
 * A pod, and what it is to be held to from now on. How and where to attach is for a pod that has no limit yet: one that is
 * held stays attached as it is.
 */
export type ChangeRequest = HoldRequest;

/**
 * Changes what a running pod is held to: other values, a limit where there was none, none where there was one. A direction
 * that stays as it was is not touched. What waits in a queue goes on waiting, and the counters go on; only another kind of
 * queue (`pacer`, `bucket`) drops what waits in the old one, and a limit that is taken off and put on again counts from 0.
 *
 * What is wanted is recorded before anything is done: a process that is killed half-way leaves enough for reconcile to
 * finish it.
 *
 * @returns What holds the pod now, which is recorded, too; null if nothing does any more: then nothing of natra's is left.
 * @throws {Error} If it fails: then the pod is held as it was before.
 */
export function change(request: ChangeRequest): Applied | null {
  const { limits } = request;
  const choices: Choice[] = hasBpffs() ? [] : [{ what: "bpffs", choice: "mounted", why: "nobody had" }];
  using lock = ContainerLock.wait(lockOf(request.containerId));
  const applied = readApplied(request);
  using veth = applied === null ? null : vethOf(applied);
  const unlimited = limits.ingress === null && limits.egress === null;
  if (unlimited) {
    if (applied !== null && veth !== null) drainAll(startWork(applied, veth, request, choices));
    const failures = releaseLocked(lock, request, request.netns);
    if (failures.length > 0) throw new Error(`Cannot lift the limit: ${failures.join("; ")}`);
    return null;
  }
  // Of what was cut short nobody knows how far it came.
  if (applied === null || veth === null || !applied.complete) return holdLocked(lock, request, choices);
  return changeLocked(startWork(applied, veth, request, choices), request, choices);
}

/** The veth that was held; null if it is gone, or another. */
function vethOf(applied: Applied): PodVeth | null {
  if (netnsId(applied.netns) !== applied.netnsId) return null;
  using undo = new DisposableStack();
  try {
    const veth = undo.use(findVeth(applied.netns, applied.ifname));
    if (veth.outside.link.index !== applied.outside.index) return null;
    undo.move();
    return veth;
  } catch (error) {
    if (error instanceof MissingInterfaceError) return null;
    throw error;
  }
}

function startWork(applied: Applied, veth: PodVeth, request: ChangeRequest, choices: Choice[]): PodWork {
  return {
    applied,
    veth,
    attacher: attacherOf(applied.attach),
    choose: (what, choice, why) => {
      choices.push({ what, choice, why });
      request.onChoice({ what, choice, why });
    },
    touched: new Set(),
  };
}

function drainAll(work: PodWork): void {
  for (const direction of DIRECTIONS) {
    const held = work.applied[direction];
    if (held !== null) drainDirection(work, direction, held);
  }
}

function changeLocked(work: PodWork, request: ChangeRequest, choices: readonly Choice[]): Applied {
  const { applied, veth, choose } = work;
  const { limits } = request;
  const side = applied.ingress === null ? decideSide(request, veth, choose) : applied.side;
  const owned = { ...applied, ...ownsNow(work, limits, side), side };
  const now = { ...work, applied: owned };
  records.write(owned, { ...owned, complete: false, wanted: limits });
  try {
    const held = byDirection((direction) => setDirection(now, direction, limits[direction]));
    const changed: Applied = { ...owned, ...held, choices: merged(applied.choices, choices, held) };
    records.write(owned, changed);
    return changed;
  } catch (error) {
    const failure = restore(now);
    if (failure === null) throw error;
    throw new Error(`${describeError(error)}; going back to what was before failed: ${failure}`, {
      cause: error,
    });
  }
}

/** Whose clsact it will be. One of natra's stays until the pod goes, even where no program of natra's is any more. */
function ownsNow(
  { applied, veth, attacher }: PodWork,
  limits: Limits,
  side: Side,
): Pick<Applied, "inside" | "outside"> {
  const end = (which: "inside" | "outside"): Applied["inside"] => {
    const { link, netlink } = veth[which];
    const makes = usesEnd(which, limits, side) && attacher.needsClsact(netlink, link.index);
    return { ...applied[which], ownsClsact: applied[which].ownsClsact || makes };
  };
  return { inside: end("inside"), outside: end("outside") };
}

/** Goes back to what was before, by sockets of its own: what failed may have been theirs. @returns Why it cannot; null if it did. */
function restore({ touched, ...failed }: PodWork): string | null {
  const { applied } = failed;
  const before = limitsOf(applied);
  try {
    using veth = vethOf(applied);
    if (veth === null) throw new MissingInterfaceError(`the interface "${applied.ifname}" is gone`);
    const work = { ...failed, veth, touched: new Set<Direction>() };
    const held = byDirection((direction) => applied[direction]);
    for (const direction of touched) {
      const limit = before[direction];
      if (limit === null) removeDirection(work, direction);
      else held[direction] = setUpAgain(work, direction, limit);
    }
    records.write(applied, { ...applied, ...held });
    return null;
  } catch (error) {
    records.write(applied, { ...applied, complete: false, wanted: before });
    return describeError(error);
  }
}

/** The choices that still tell of what is there: a later one stands for an earlier one of the same thing. */
function merged(
  before: readonly Choice[],
  later: readonly Choice[],
  held: Readonly<Record<Direction, AppliedDirection | null>>,
): Choice[] {
  const gone = DIRECTIONS.filter((direction) => held[direction] === null);
  const byWhat = new Map([...before, ...later].map((choice) => [choice.what, choice]));
  return [...byWhat.values()].filter(({ what }) =>
    !gone.some((direction) => what.startsWith(`${direction} `))
  );
}
