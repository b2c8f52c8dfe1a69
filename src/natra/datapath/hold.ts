import { isKnown, lockOf, records } from "../node_state.ts";
import { stillAlive } from "../../kernel/watchdog.ts";
import { describeError } from "../../base/log/describe.ts";
import type { DirectionLimit, Limits } from "../limits/fields.ts";
import { setGsoMaxSize } from "../../net/links.ts";
import { netnsId } from "../../net/netns.ts";
import { findVeth, type PodVeth } from "../../pod/veth.ts";
import { hasBpffs, makePinDirectory } from "../../ebpf/pins.ts";
import { ContainerLock } from "../../state/lock.ts";
import { byDirection, type Direction } from "../../pod/direction.ts";
import type { RecordKey } from "../../state/records.ts";
import type { Applied, AppliedDirection, AppliedInterface, Choice, PodName, Told } from "./record.ts";
import type { Attacher, AttachKind } from "../../ebpf/attach/attachment.ts";
import { selectAttacher } from "../../ebpf/attach/select.ts";
import { gsoLimit } from "./gso.ts";
import { makeIfb } from "./ifb.ts";
import { knobsFor, type Queue } from "./knobs.ts";
import { loadPrograms, pinMaps } from "./object.ts";
import type { Device, Pacer } from "./pacer/pacer.ts";
import { installPacer } from "./pacer/select.ts";
import { deviceOf, directionPins, placesOf, type Side, usesEnd } from "./attach_points.ts";
import { releaseLocked } from "./release.ts";
import { type AskedSide, selectSide } from "./side.ts";

/** A pod's interface, and what it is to be held to. */
export interface HoldRequest extends RecordKey {
  readonly netns: string;
  /** The CNI network's name; GC asks by it. */
  readonly network: string;
  readonly pod: PodName | null;
  readonly limits: Limits;
  /** Recorded, for whoever decides the limits again. */
  readonly told?: Told;
  readonly attach: "auto" | AttachKind;
  /** Where ingress is held; `auto`: inside the pod where packets would pass by the node's end of the veth. */
  readonly side: AskedSide;
  /** Is told every choice, with its reason. */
  readonly onChoice: (choice: Choice) => void;
}

/** A request with everything decided. */
type Decided = HoldRequest & { readonly side: Side };

/** Tells of a choice. */
export type Choose = (what: string, choice: string, why: string) => void;

/**
 * Holds a pod's interface to its limits. What an earlier call left is replaced.
 *
 * What will be touched, and what is wanted, is recorded before it is: a process that is killed half-way leaves enough for
 * the next one to undo it, or to finish it.
 *
 * @returns What was done; it is recorded, too.
 * @throws {Error} If any of it fails: then all of it is undone.
 */
export function hold(asked: HoldRequest): Applied {
  const choices: Choice[] = hasBpffs() ? [] : [{ what: "bpffs", choice: "mounted", why: "nobody had" }];
  using lock = ContainerLock.wait(lockOf(asked.containerId));
  return holdLocked(lock, asked, choices);
}

/** {@linkcode hold} for who holds the container's lock, and shows it. */
export function holdLocked(
  lock: ContainerLock,
  asked: HoldRequest,
  choices: Choice[] = [],
): Applied {
  choices.forEach(asked.onChoice);
  const choose: Choose = (what, choice, why) => {
    choices.push({ what, choice, why });
    asked.onChoice({ what, choice, why });
  };
  if (isKnown(asked)) releaseLocked(lock, asked, asked.netns);

  using veth = findVeth(asked.netns, asked.ifname);
  const { index, name } = veth.outside.link;
  choose("host interface", name, `the peer of "${asked.ifname}", index ${index}`);
  const request: Decided = { ...asked, side: decideSide(asked, veth, choose) };
  const { attacher, why } = selectAttacher(request.attach);
  choose("attach", attacher.kind, why);
  const begun = begin(request, veth, attacher);
  records.write(request, begun);
  try {
    const held = byDirection((direction) => holdDirection(direction, request, veth, attacher, choose));
    const { wanted: _done, ...rest } = begun;
    const applied: Applied = { ...rest, ...held, complete: true, choices };
    records.write(request, applied);
    return applied;
  } catch (error) {
    const failures = releaseLocked(lock, request, request.netns);
    if (failures.length === 0) throw error;
    throw new Error(`${describeError(error)}; undoing it failed: ${failures.join("; ")}`, { cause: error });
  }
}

/** Only ingress has a choice of sides. */
export function decideSide({ side: asked, limits }: HoldRequest, veth: PodVeth, choose: Choose): Side {
  if (limits.ingress === null) return asked === "auto" ? "host" : asked;
  const { side, why } = selectSide(asked, veth.outside.netlink);
  choose("ingress side", side, why);
  return side;
}

function begin(request: Decided, veth: PodVeth, attacher: Attacher): Applied {
  const { containerId, ifname, network, pod, told, netns } = request;
  const end = (which: "inside" | "outside"): AppliedInterface => {
    const { link, netlink } = veth[which];
    const { index, name, gsoMaxSize } = link;
    const ownsClsact = usesEnd(which, request.limits, request.side) && attacher.needsClsact(netlink, index);
    return { index, name, gsoMaxSize, ownsClsact };
  };
  return {
    version: 1,
    complete: false,
    wanted: request.limits,
    containerId,
    ifname,
    network,
    pod,
    ...told === undefined ? {} : { told },
    netns,
    netnsId: netnsId(netns) ?? "",
    created: new Date().toISOString(),
    attach: attacher.kind,
    side: request.side,
    inside: end("inside"),
    outside: end("outside"),
    ingress: null,
    egress: null,
    choices: [],
  };
}

/** One direction of {@linkcode hold}. */
export function holdDirection(
  direction: Direction,
  request: Pick<Decided, "containerId" | "ifname" | "limits" | "side">,
  veth: PodVeth,
  attacher: Attacher,
  choose: Choose,
): AppliedDirection | null {
  const limit = request.limits[direction];
  if (limit === null) return null;
  const pins = directionPins(request, direction);
  makePinDirectory(pins);
  const inPod = direction === "ingress" && request.side === "pod";
  const ifb = inPod ? tryIfb(veth, choose) : null;
  const wanted = inPod ? queueable(limit, ifb) : limit;
  const places = placesOf(request, direction, veth, limit.bucket, request.side);
  for (const { hook, run } of places) run(() => attacher.prepare(hook));
  const device = deviceOf(direction, veth, request.side);
  const { pacer, queue, why } = installPacer(device, wanted);
  choose(`${direction} pacer`, queue, why);
  if (direction === "egress" && pacer.kind !== "police") limitGso(veth.inside, limit, choose);
  const knobs = knobsFor(limit, queueOf(pacer, device, ifb), secret());
  using object = loadPrograms(places, limit, knobs);
  for (const { program, hook, run } of places) {
    run(() => attacher.attach(object, program, hook));
    stillAlive();
  }
  pinMaps(object, pins);
  return { limit, pacer: pacer.kind, queue };
}

/** The queue as the program has to know it. @throws {NativeError} */
export function queueOf(pacer: Pacer, device: Device, ifb: Device | null): Queue {
  return { kind: pacer.kind, givesTurns: pacer.givesTurns(device), redirectTo: ifb?.link.index ?? 0 };
}

/** A limit of what arrives in the pod: without an ifb, and where each flow has the rate, it can be policed only. */
export function queueable(limit: DirectionLimit, ifb: Device | null): DirectionLimit {
  return ifb === null || limit.bucket === "flow" ? { ...limit, pacer: "police" } : limit;
}

/** What arrives in the pod can be queued on an ifb only; where the kernel has none, it can be policed. Below 6.6 it needs act_mirred, too. */
function tryIfb(veth: PodVeth, choose: Choose): Device | null {
  try {
    const ifb = makeIfb(veth);
    choose(
      "ingress interface",
      ifb.link.name,
      "an ifb in the pod: packets may pass by the node's end of the veth",
    );
    return ifb;
  } catch (error) {
    choose("ingress interface", veth.inside.link.name, `no queue: ${describeError(error)}`);
    return null;
  }
}

/** Makes the pod's stack hand out smaller GSO packets, where a large one would be long in the way. */
function limitGso({ link, netlink }: Device, limit: DirectionLimit, choose: Choose): void {
  const bytes = gsoLimit(limit);
  if (bytes >= link.gsoMaxSize) return;
  setGsoMaxSize(netlink, link, bytes);
  choose("GSO limit", `${bytes} bytes`, "a larger packet would stand before small flows for too long");
}

/** 64 bits of the system's random source. */
export function secret(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
}
