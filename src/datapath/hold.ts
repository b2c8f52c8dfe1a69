import type { DirectionLimit, Limits } from "../limits/limits.ts";
import { type Link, setGsoMaxSize } from "../net/links.ts";
import { netnsId } from "../net/netns.ts";
import { findVeth, type PodVeth } from "../pod/veth.ts";
import { containerPins, type Direction, interfacePins } from "../state/names.ts";
import { isKnown } from "../state/known.ts";
import { type RecordKey, writeRecord } from "../state/records.ts";
import type { Applied, AppliedDirection, AppliedInterface, Choice, PodName } from "./applied.ts";
import type { AttachKind } from "./attach/attachment.ts";
import { selectAttacher } from "./attach/select.ts";
import { gsoLimit } from "./gso.ts";
import { knobsFor } from "./knobs.ts";
import { BpfObject } from "./object.ts";
import { installPacer } from "./pacer/select.ts";
import { makePinDirectory, removePins } from "./pins.ts";
import { deviceOf, directionPins, placesOf } from "./places.ts";
import { release } from "./release.ts";

/** A pod's interface, and what it is to be held to. */
export interface ShapeRequest extends RecordKey {
  readonly netns: string;
  readonly pod: PodName | null;
  readonly limits: Limits;
  readonly attach: "auto" | AttachKind;
  /** Is told every choice, with its reason. */
  readonly onChoice: (choice: Choice) => void;
}

/**
 * Holds a pod's interface to its limits. What an earlier call left is replaced.
 *
 * @returns What was done; it is recorded, too.
 * @throws {Error} If any of it fails: then all of it is undone.
 */
export function hold(request: ShapeRequest): Applied {
  const { containerId, ifname, netns, pod, limits, attach } = request;
  const choices: Choice[] = [];
  const choose = (what: string, choice: string, why: string): void => {
    choices.push({ what, choice, why });
    request.onChoice({ what, choice, why });
  };
  if (isKnown(request)) release(request, netns);

  using veth = findVeth(netns, ifname);
  using undo = new DisposableStack();
  choose(
    "host interface",
    veth.outside.link.name,
    `the peer of "${ifname}", index ${veth.outside.link.index}`,
  );
  const { attacher, why } = selectAttacher(attach);
  choose("attach", attacher.kind, why);
  undo.defer(() => removePins(containerPins(containerId), interfacePins(containerId, ifname)));
  const ownsClsact = { inside: false, outside: false };

  const holdDirection = (direction: Direction): AppliedDirection | null => {
    const limit = limits[direction];
    if (limit === null) return null;
    if (makePinDirectory(directionPins(request, direction))) choose("bpffs", "mounted", "nobody had");
    const device = deviceOf(direction, veth);
    const { pacer, queue, why } = installPacer(device, limit);
    undo.defer(() => pacer.remove(device));
    choose(`${direction} pacer`, queue, why);
    if (direction === "egress" && pacer.kind !== "police") limitGso(veth, limit, undo, choose);

    using object = BpfObject.load(direction, limit, knobsFor(limit, pacer.kind, secret()));
    for (const { program, end, hook, run } of placesOf(request, direction, veth, limit.bucket)) {
      undo.defer(() => run(() => attacher.detach(hook, ownsClsact[end])));
      if (run(() => attacher.attach(object, program, hook))) ownsClsact[end] = true;
    }
    object.pinMaps(directionPins(request, direction));
    return { limit, pacer: pacer.kind, queue };
  };

  const held = { ingress: holdDirection("ingress"), egress: holdDirection("egress") };
  const applied: Applied = {
    version: 1,
    containerId,
    ifname,
    pod,
    netns,
    netnsId: netnsId(netns) ?? "",
    created: new Date().toISOString(),
    attach: attacher.kind,
    inside: describeEnd(veth.inside.link, ownsClsact.inside),
    outside: describeEnd(veth.outside.link, ownsClsact.outside),
    ...held,
    choices,
  };
  writeRecord(request, applied);
  undo.move();
  return applied;
}

function describeEnd({ index, name, gsoMaxSize }: Link, ownsClsact: boolean): AppliedInterface {
  return { index, name, gsoMaxSize, ownsClsact };
}

type Choose = (what: string, choice: string, why: string) => void;

function limitGso({ inside }: PodVeth, limit: DirectionLimit, undo: DisposableStack, choose: Choose): void {
  const { link, netlink } = inside;
  const bytes = gsoLimit(limit);
  if (bytes >= link.gsoMaxSize) return;
  setGsoMaxSize(netlink, link, bytes);
  undo.defer(() => setGsoMaxSize(netlink, link, link.gsoMaxSize));
  choose("GSO limit", `${bytes} bytes`, "a larger packet would stand before small flows for too long");
}

/** 64 bits of the system's random source. */
function secret(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
}
