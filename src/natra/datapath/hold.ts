import { isKnown, lockOf, records } from "../node_state.ts";
import { describeError } from "../../base/log/describe.ts";
import type { Limits } from "../limits/fields.ts";
import type { ConfAtAdd } from "../limits/sources.ts";
import { netnsId } from "../../net/netns.ts";
import { byDirection } from "../../pod/direction.ts";
import { findVeth, type PodVeth } from "../../pod/veth.ts";
import { hasBpffs } from "../../ebpf/pins.ts";
import { ContainerLock } from "../../state/lock.ts";
import type { RecordKey } from "../../state/records.ts";
import type { Applied, AppliedInterface, Choice, PodName } from "./record.ts";
import type { Attacher, AttachKind } from "../../ebpf/attach/attachment.ts";
import { selectAttacher } from "../../ebpf/attach/select.ts";
import { type AskedSide, selectSide, type Side, usesEnd } from "./attach_points.ts";
import { type Choose, setUpDirection } from "./direction.ts";
import { releaseLocked } from "./release.ts";

/** A pod's interface and its limits. */
export interface HoldRequest extends RecordKey {
  readonly netns: string;
  /** The CNI network's name, which GC is called with. */
  readonly network: string;
  readonly pod: PodName | null;
  readonly limits: Limits;
  /** Recorded, so that the limits can be decided again while the pod runs. */
  readonly confAtAdd?: ConfAtAdd;
  readonly attach: "auto" | AttachKind;
  /** Where ingress is held; `auto`: inside the pod if packets bypass the node's end of the veth. */
  readonly side: AskedSide;
  /** Receives every choice with its reason. */
  readonly onChoice: (choice: Choice) => void;
}

/** A request with everything decided. */
type Decided = HoldRequest & { readonly side: Side };

/**
 * Holds a pod's interface to its limits, and replaces what an earlier call set up.
 *
 * The limits, and what will be touched, are recorded first: if the process is killed midway, another one can
 * undo or finish it from the record.
 *
 * @returns The record.
 * @throws {Error} If a step fails: then all of it is undone.
 */
export function hold(asked: HoldRequest): Applied {
  const choices: Choice[] = hasBpffs()
    ? []
    : [{ what: "bpffs", choice: "mounted", why: "it was not mounted" }];
  using lock = ContainerLock.wait(lockOf(asked.containerId));
  return holdLocked(lock, asked, choices);
}

/** Like hold(), for callers that already hold the container's lock and pass it as proof. */
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
    const held = byDirection((direction) =>
      setUpDirection(direction, request.limits[direction], request, veth, attacher, choose)
    );
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

/** Decides where ingress is held; egress has no choice of sides. */
export function decideSide({ side: asked, limits }: HoldRequest, veth: PodVeth, choose: Choose): Side {
  if (limits.ingress === null) return asked === "auto" ? "host" : asked;
  const { side, why } = selectSide(asked, veth.outside.netlink);
  choose("ingress side", side, why);
  return side;
}

function begin(request: Decided, veth: PodVeth, attacher: Attacher): Applied {
  const { containerId, ifname, network, pod, confAtAdd, netns } = request;
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
    ...confAtAdd === undefined ? {} : { confAtAdd },
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
