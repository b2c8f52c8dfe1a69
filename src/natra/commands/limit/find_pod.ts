import { allApplied, type Applied } from "../../datapath/record.ts";
import { quote } from "../../../base/log/quote.ts";
import { netnsId } from "../../../net/netns.ts";
import { type CachedAttachment, cachedAttachments } from "../../../cni/libcni_cache.ts";
import { UsageError } from "../../../cli/output.ts";
import { attachmentsByCrictl, CrictlError } from "./crictl.ts";

/** A running pod's interface, and its record if it is limited. */
export interface FoundPod extends CachedAttachment {
  readonly applied: Applied | null;
}

/** Where to search. */
export interface Where {
  /** libcni's cache directory. */
  readonly cache: string;
  /** Which of the pod's interfaces; undefined: the limited one, else eth0. */
  readonly ifname: string | undefined;
}

/**
 * Finds the running pod that a word names: among the limited ones, then in libcni's cache, then by the
 * runtime.
 *
 * @param word `namespace/name`, a name, or the start of a container ID.
 * @throws {UsageError} If there is none, or more than one; it lists those.
 */
export async function findPod(word: string, where: Where): Promise<FoundPod> {
  const held = allApplied().filter(isRunning).map((applied): FoundPod => {
    const { containerId, ifname, network, netns, pod } = applied;
    return { containerId, ifname, network, netns, pod, applied };
  });
  const known = new Set(held.map(nameOf));
  const cached = cachedAttachments(where.cache)
    .filter((one) => isRunning(one) && !known.has(nameOf(one)))
    .map((attachment): FoundPod => ({ ...attachment, applied: null }));
  let matching = matches([...held, ...cached], word);
  let failure = "";
  if (matching.length === 0) {
    try {
      matching = (await attachmentsByCrictl(word)).map((attachment) => ({ ...attachment, applied: null }));
    } catch (error) {
      if (!(error instanceof CrictlError)) throw error;
      failure = `; ${error.message}`;
    }
  }
  const found = choose(matching, where.ifname);
  const [pod] = found;
  if (pod !== undefined && found.length === 1) return pod;
  if (pod !== undefined) {
    throw new UsageError(`${quote(word)} matches more than one pod: ${found.map(describe).join(", ")}`);
  }
  const unknown = `it is not limited, and libcni's cache "${where.cache}" does not have it${failure}`;
  const other = matching.length > 0 ? `it has ${matching.map(({ ifname }) => ifname).join(", ")}` : unknown;
  throw new UsageError(`Cannot find a running pod ${quote(word)}${onlyIf(where)}: ${other}`);
}

function onlyIf({ ifname }: Where): string {
  return ifname === undefined ? "" : ` with interface ${quote(ifname)}`;
}

/** Records and cached files of the pod's earlier sandboxes may be left. */
function isRunning({ netns }: Pick<CachedAttachment, "netns">): boolean {
  return netnsId(netns) !== null;
}

function nameOf({ containerId, ifname }: Pick<CachedAttachment, "containerId" | "ifname">): string {
  return `${containerId} ${ifname}`;
}

/** A complete name takes precedence over the start of an ID. */
function matches(all: readonly FoundPod[], word: string): FoundPod[] {
  const named = all.filter(({ pod }) =>
    pod !== null && [pod.name, `${pod.namespace}/${pod.name}`].includes(word)
  );
  return named.length > 0 ? named : all.filter(({ containerId }) => containerId.startsWith(word));
}

/** Picks one of a pod's interfaces. */
function choose(matching: readonly FoundPod[], ifname: string | undefined): readonly FoundPod[] {
  if (ifname !== undefined) return matching.filter((one) => one.ifname === ifname);
  if (new Set(matching.map(({ containerId }) => containerId)).size !== 1) return matching;
  const held = matching.filter(({ applied }) => applied !== null);
  if (held.length > 0) return held;
  const first = matching.filter((one) => one.ifname === "eth0");
  return first.length > 0 ? first : matching;
}

function describe({ pod, containerId, ifname }: FoundPod): string {
  const name = pod === null ? "" : `${pod.namespace}/${pod.name} `;
  return `${quote(`${name}${containerId.slice(0, 13)} ${ifname}`)}`;
}
