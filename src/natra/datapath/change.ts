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
 * A pod and its new limits. `attach` and `side` apply only to a pod that has no limit yet: one that is held
 * stays attached as it is.
 */
export type ChangeRequest = HoldRequest;

/**
 * Changes the limits of a running pod: other values, a new limit, or no limit. A direction that stays the
 * same is not touched. Waiting packets stay in the queue and counters continue, with two exceptions: another
 * kind of queue (`pacer`, `bucket`) drops what waits in the old one, and a limit that is removed and set
 * again counts from 0.
 *
 * The new limits are recorded first: if the process is killed midway, reconcile can finish from the record.
 *
 * @returns The new record; null if the pod has no limit any more, and nothing of natra's is left on it.
 * @throws {Error} If it fails: then the pod is held as it was before.
 */
export function change(request: ChangeRequest): Applied | null {
  const { limits } = request;
  const choices: Choice[] = hasBpffs()
    ? []
    : [{ what: "bpffs", choice: "mounted", why: "it was not mounted" }];
  using lock = ContainerLock.wait(lockOf(request.containerId));
  const applied = readApplied(request);
  using veth = applied === null ? null : vethOf(applied);
  const isUnlimited = limits.ingress === null && limits.egress === null;
  if (isUnlimited) {
    if (applied !== null && veth !== null) drainAll(startWork(applied, veth, request, choices));
    const failures = releaseLocked(lock, request, request.netns);
    if (failures.length > 0) throw new Error(`Cannot remove the limit: ${failures.join("; ")}`);
    return null;
  }
  // How far an interrupted call came is unknown.
  if (applied === null || veth === null || !applied.complete) return holdLocked(lock, request, choices);
  return changeLocked(startWork(applied, veth, request, choices), request, choices);
}

/** The veth that was held; null if it is gone or has been replaced. */
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
    throw new Error(`${describeError(error)}; restoring the limit before failed: ${failure}`, {
      cause: error,
    });
  }
}

/**
 * Which clsact natra will own. One that it made stays until the pod goes, even without a program of natra's.
 */
function ownsNow(
  { applied, veth, attacher }: PodWork,
  limits: Limits,
  side: Side,
): Pick<Applied, "inside" | "outside"> {
  const end = (which: "inside" | "outside"): Applied["inside"] => {
    const { link, netlink } = veth[which];
    const makesClsact = usesEnd(which, limits, side) && attacher.needsClsact(netlink, link.index);
    return { ...applied[which], ownsClsact: applied[which].ownsClsact || makesClsact };
  };
  return { inside: end("inside"), outside: end("outside") };
}

/**
 * Restores the limit before a failed change. It opens sockets of its own, because the failed ones may be
 * broken.
 *
 * @returns Why it failed; null if it did not.
 */
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

/** The choices that still apply: a later one replaces an earlier one about the same thing. */
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
