/**
 * The pod interfaces on this node that natra may limit: those it holds, and those that were added with natra
 * in the CNI list.
 */
import { keyOf } from "../../kube/objects.ts";
import { CHAINED_PLUGIN } from "../chained_plugin.ts";
import { attachmentOf } from "../cni/attach.ts";
import { readOwnKeys, toConfAtAdd } from "../cni/natra_conf.ts";
import { type ConfAtAdd, limitConf } from "../limits/sources.ts";
import { allApplied, type Applied, type PodName } from "../datapath/record.ts";
import type { HoldRequest } from "../datapath/hold.ts";
import { netnsId } from "../../net/netns.ts";
import { cachedAttachments, cachedConfig } from "../../cni/libcni_cache.ts";

/** An interface that may be limited. */
export interface PodInterface
  extends Pick<HoldRequest, "containerId" | "ifname" | "network" | "netns" | "attach" | "side"> {
  readonly pod: PodName;
  /** The CNI configuration at its ADD; null: unknown. */
  readonly confAtAdd: ConfAtAdd | null;
  /** Its record; null: it is not limited. */
  readonly applied: Applied | null;
}

/** A snapshot of the node's interfaces, by pod, for one pass over the pods. */
export class Interfaces {
  readonly #cache: string;
  readonly #held: ReadonlyMap<string, PodInterface[]>;
  #unheld: ReadonlyMap<string, PodInterface[]> | null = null;

  /** @param cache Where libcni keeps its results. */
  constructor(cache: string) {
    this.#cache = cache;
    this.#held = byPod(
      allApplied().flatMap((applied) => {
        const { pod, confAtAdd = null } = applied;
        return pod === null ? [] : [{ ...applied, pod, confAtAdd, applied }];
      }),
    );
  }

  /** All interfaces that natra holds. */
  get held(): PodInterface[] {
    return [...this.#held.values()].flat();
  }

  /** A pod's interfaces, without leftovers of its earlier sandboxes. */
  of(pod: PodName): PodInterface[] {
    const key = keyOf(pod);
    const held = this.#held.get(key);
    if (held !== undefined) return held.filter(isLiving);
    // Most pods with a limit have a record: the cache is read only for the others.
    this.#unheld ??= byPod(unheld(this.#cache));
    return (this.#unheld.get(key) ?? []).filter(isLiving);
  }
}

/**
 * The interfaces in libcni's cache that natra was called for: a list without natra may have another limiter.
 */
function unheld(cache: string): PodInterface[] {
  return cachedAttachments(cache).flatMap((attachment) => {
    const { pod } = attachment;
    const conf = pod === null ? null : ownConf(cachedConfig(attachment, cache));
    if (pod === null || conf === null) return [];
    const own = readOwnKeys(conf, () => {}); // ADD has logged the warnings
    const confAtAdd = toConfAtAdd({ ...own, limits: limitConf(conf) });
    return [{ ...attachment, pod, confAtAdd, ...attachmentOf(own.attach), applied: null }];
  });
}

/** natra's own entry in a configuration or a list of them. */
function ownConf(config: unknown): ReadonlyMap<string, unknown> | null {
  const fields = (value: unknown): Map<string, unknown> =>
    new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
  const list = fields(config);
  const plugins = list.get("plugins");
  const all = Array.isArray(plugins) ? plugins.map(fields) : [list];
  return all.find((plugin) => plugin.get("type") === CHAINED_PLUGIN.type) ?? null;
}

function isLiving({ netns }: PodInterface): boolean {
  return netnsId(netns) !== null;
}

function byPod(interfaces: readonly PodInterface[]): Map<string, PodInterface[]> {
  return Map.groupBy(interfaces, ({ pod }) => keyOf(pod));
}
