/**
 * One direction of a pod: how it is set up, drained and removed. change_direction.ts changes one in place.
 */
import { heartbeat } from "../../kernel/watchdog.ts";
import { eventually } from "../../kernel/pause.ts";
import { describeError } from "../../base/log/describe.ts";
import type { DirectionLimit } from "../limits/fields.ts";
import type { Direction } from "../../pod/direction.ts";
import type { PodVeth } from "../../pod/veth.ts";
import { setGsoMaxSize } from "../../net/links.ts";
import type { RecordKey } from "../../state/records.ts";
import type { Attacher } from "../../ebpf/attach/attachment.ts";
import { makePinDirectory, removePins } from "../../ebpf/pins.ts";
import type { Applied, AppliedDirection } from "./record.ts";
import { makeIfb, removeIfb } from "./ifb.ts";
import { gsoLimit, knobsFor, type Queue } from "./knobs.ts";
import { loadPrograms, pinMaps } from "./object.ts";
import type { Device, Pacer } from "./pacer/pacer.ts";
import { isEmpty } from "./pacer/root.ts";
import { installPacer, pacerOf } from "./pacer/select.ts";
import { deviceOf, directionPins, isGuard, placesOf, type Side } from "./attach_points.ts";
import { releaseDirection } from "./release.ts";

/** Reports a choice and its reason. */
export type Choose = (what: string, choice: string, why: string) => void;

/** A pod whose limit is being changed. */
export interface PodWork {
  readonly applied: Applied;
  readonly veth: PodVeth;
  readonly attacher: Attacher;
  readonly choose: Choose;
  /** The directions in which something is no longer as it was. */
  readonly touched: Set<Direction>;
}

/**
 * Sets a direction up from the beginning: its queue, its programs, its pins.
 *
 * @returns null if it has no limit.
 */
export function setUpDirection(
  direction: Direction,
  limit: DirectionLimit | null,
  request: RecordKey & { readonly side: Side },
  veth: PodVeth,
  attacher: Attacher,
  choose: Choose,
): AppliedDirection | null {
  if (limit === null) return null;
  const pins = directionPins(request, direction);
  makePinDirectory(pins);
  const isInPod = direction === "ingress" && request.side === "pod";
  const ifb = isInPod ? tryIfb(veth, choose) : null;
  const wanted = isInPod ? queueable(limit, ifb) : limit;
  const places = placesOf(request, direction, veth, limit.bucket, request.side);
  for (const { hook, run } of places) run(() => attacher.prepare(hook));
  const device = deviceOf(direction, veth, request.side);
  const { pacer, queue, why } = installPacer(device, wanted);
  choose(`${direction} pacer`, queue, why);
  if (direction === "egress" && pacer.kind !== "police") lowerGso(veth.inside, limit, choose);
  const knobs = knobsFor(limit, queueOf(pacer, device, ifb), secret());
  using object = loadPrograms(places, limit, knobs);
  for (const { program, hook, run } of places) {
    run(() => attacher.attach(object, program, hook));
    heartbeat();
  }
  pinMaps(object, pins);
  return { limit, pacer: pacer.kind, queue };
}

/** The queue as the program has to know it. @throws {NativeError} */
export function queueOf(pacer: Pacer, device: Device, ifb: Device | null): Queue {
  return { kind: pacer.kind, givesTurns: pacer.givesTurns(device), redirectTo: ifb?.link.index ?? 0 };
}

/**
 * A limit of what arrives inside the pod. Without an ifb, or where each flow has the rate for itself, it can
 * only be policed.
 */
export function queueable(limit: DirectionLimit, ifb: Device | null): DirectionLimit {
  return ifb === null || limit.bucket === "flow" ? { ...limit, pacer: "police" } : limit;
}

/**
 * What arrives inside the pod can only be queued on an ifb. Kernels below 6.6 need act_mirred for it, too.
 */
function tryIfb(veth: PodVeth, choose: Choose): Device | null {
  try {
    const ifb = makeIfb(veth);
    choose(
      "ingress interface",
      ifb.link.name,
      "an ifb in the pod: packets may bypass the node's end of the veth",
    );
    return ifb;
  } catch (error) {
    choose("ingress interface", veth.inside.link.name, `no queue: ${describeError(error)}`);
    return null;
  }
}

/** Makes the pod's stack hand out smaller GSO packets if a large one would delay the packets behind it. */
function lowerGso({ link, netlink }: Device, limit: DirectionLimit, choose: Choose): void {
  const bytes = gsoLimit(limit);
  if (bytes >= link.gsoMaxSize) return;
  setGsoMaxSize(netlink, link, bytes);
  choose("GSO limit", `${bytes} bytes`, "a larger packet would delay small flows for too long");
}

/**
 * Sets the GSO limit of the pod's interface again.
 *
 * @param limit What queues its egress; null: nothing does.
 */
export function fitGso({ applied, veth, choose }: PodWork, limit: DirectionLimit | null): void {
  const { link, netlink } = veth.inside;
  const max = applied.inside.gsoMaxSize;
  const bytes = limit === null ? max : Math.min(gsoLimit(limit), max);
  if (bytes === link.gsoMaxSize) return;
  setGsoMaxSize(netlink, link, bytes);
  choose("GSO limit", `${bytes} bytes`, limit === null ? "as it was" : "the limit was changed");
}

/** 64 bits of the system's random source. */
export function secret(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
}

/** How long to wait for an opened queue to run empty: departure times may be up to half a second ahead. */
const EMPTY_MS = 600;

/**
 * Lets all waiting packets of a direction pass, so that its queue can be removed without losing one. The
 * guard stops first, because it would drop what then comes at once; then the queue is opened; then no program
 * asks for its classes any more.
 *
 * @throws {Error} If the kernel refuses.
 */
export function drainDirection(
  { applied, veth, attacher, touched }: PodWork,
  direction: Direction,
  held: AppliedDirection,
): void {
  touched.add(direction);
  const device = deviceOf(direction, veth, applied.side);
  const places = placesOf(applied, direction, veth, held.limit.bucket, applied.side);
  const stop = (guards: boolean): void => {
    for (const place of places) {
      if (isGuard(place) === guards) place.run(() => attacher.stop(place.hook));
    }
  };
  const pacer = pacerOf(held.pacer);
  // foreign, or gone: nothing waits in a queue of natra's
  if (pacer.verify(device, held.limit) !== null) return;
  stop(true);
  pacer.open(device, held.limit);
  stop(false);
  eventually(() => isEmpty(device), EMPTY_MS);
}

/**
 * Removes everything that holds a direction, except a clsact.
 *
 * @throws {Error} That names each step that failed; the others were made.
 */
export function removeDirection(work: PodWork, direction: Direction): void {
  const { applied, veth } = work;
  const failures: string[] = [];
  const attempt = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      failures.push(describeError(error));
    }
  };
  // To delete a clsact the kernel would interrupt the other direction's queue: it stays until the pod goes.
  const { inside, outside } = applied;
  const kept = {
    ...applied,
    inside: { ...inside, ownsClsact: false },
    outside: { ...outside, ownsClsact: false },
  };
  releaseDirection(applied, direction, veth, kept, attempt);
  if (direction === "ingress" && applied.side === "pod") attempt(() => removeIfb(veth));
  if (direction === "egress") attempt(() => fitGso(work, null));
  attempt(() => removePins(directionPins(applied, direction)));
  if (failures.length > 0) throw new Error(`Cannot release ${direction}: ${failures.join("; ")}`);
}
