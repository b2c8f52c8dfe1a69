import { ifThere } from "../base/log/describe.ts";

/** A pod's interface, as the container runtime on this node has recorded it. */
export interface CachedAttachment {
  readonly containerId: string;
  readonly ifname: string;
  /** The CNI network's name. */
  readonly network: string;
  /** The path of the pod's network namespace. */
  readonly netns: string;
  readonly pod: { readonly namespace: string; readonly name: string } | null;
}

/** Where libcni keeps the results of plugins by default. */
export const LIBCNI_CACHE = "/var/lib/cni";

/**
 * IDs and names become part of paths and of command lines, so they must not look like a path or an option.
 */
const CONTAINER_ID = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
const IFNAME = /^[^\s/:]{1,15}$/;

/**
 * The interfaces in libcni's cache: every runtime that calls plugins by libcni (containerd, CRI-O, podman)
 * keeps a file for each, from its ADD to its DEL. Other files are skipped, and so are loopback interfaces.
 *
 * @param cache The directory that holds `results`.
 */
export function cachedAttachments(cache: string = LIBCNI_CACHE): CachedAttachment[] {
  return cacheFiles(cache).map((path) => parseCached(readJson(path))).filter((found) => found !== null);
}

/** Paths of the files in a cache, sorted. */
function cacheFiles(cache: string): string[] {
  const directory = `${cache}/results`;
  const entries = ifThere(() => [...Deno.readDirSync(directory)], []);
  return entries.filter(({ isFile }) => isFile).map(({ name }) => `${directory}/${name}`).sort();
}

/**
 * The CNI configuration, or the list, that an interface was added with.
 *
 * @param cache The directory that holds `results`.
 * @returns JSON of any shape; null if the cache does not have it.
 */
export function cachedConfig(
  { network, containerId, ifname }: Pick<CachedAttachment, "network" | "containerId" | "ifname">,
  cache: string = LIBCNI_CACHE,
): unknown {
  if (network.includes("/")) return null;
  return configOf(readJson(`${cache}/results/${network}-${containerId}-${ifname}`));
}

/**
 * The IDs of the containers that were added by a list with a plugin of this type and are not deleted yet.
 *
 * @param cache The directory that holds `results`.
 */
export function podsAddedWith(type: string, cache: string = LIBCNI_CACHE): string[] {
  const entries = cacheFiles(cache).map(readIfReadable);
  const ids = entries.filter((entry) => typesOf(configOf(entry)).includes(type))
    .map((entry) => fieldsOf(entry).get("containerId")).filter((id) => typeof id === "string");
  return [...new Set(ids)];
}

/** The types of the plugins in a list, or the type of a single plugin's configuration. */
function typesOf(config: unknown): unknown[] {
  const plugins = fieldsOf(config).get("plugins");
  return (Array.isArray(plugins) ? plugins : [config]).map((plugin) => fieldsOf(plugin).get("type"));
}

/** @returns null also for a file that cannot be read: one bad entry must not hide the others. */
function readIfReadable(path: string): unknown {
  try {
    return readJson(path);
  } catch {
    return null;
  }
}

/** The configuration in an entry, as Go writes bytes: in base64. @returns null if there is none. */
function configOf(entry: unknown): unknown {
  const config = fieldsOf(entry).get("config");
  if (typeof config !== "string") return null;
  try {
    const bytes = Uint8Array.from(atob(config), (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null; // not base64, or not JSON: no plugin was called with that
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    // removed meanwhile, or half-written
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Parses libcni's `cachedInfo`, kind cniCacheV1. @returns null if it is not one, or has no namespace. */
export function parseCached(value: unknown): CachedAttachment | null {
  const info = fieldsOf(value);
  const containerId = info.get("containerId"), ifname = info.get("ifName"), network = info.get("networkName");
  if (info.get("kind") !== "cniCacheV1" || typeof network !== "string") return null;
  if (typeof containerId !== "string" || !CONTAINER_ID.test(containerId)) return null;
  if (typeof ifname !== "string" || !IFNAME.test(ifname) || ifname === "lo") return null;
  // libcni before 1.2 does not store the namespace, but the result has it
  const netns = info.get("netns") ?? sandboxOf(info.get("result"), ifname);
  if (typeof netns !== "string" || !netns.startsWith("/")) return null;
  return { containerId, ifname, network, netns, pod: podOf(info.get("cniArgs")) };
}

function sandboxOf(result: unknown, ifname: string): unknown {
  const interfaces = fieldsOf(result).get("interfaces");
  if (!Array.isArray(interfaces)) return undefined;
  return interfaces.map(fieldsOf)
    .find((one) => one.get("name") === ifname && typeof one.get("sandbox") === "string")?.get("sandbox");
}

function podOf(args: unknown): CachedAttachment["pod"] {
  if (!Array.isArray(args)) return null;
  const pairs = args.filter((pair): pair is [unknown, unknown] => Array.isArray(pair) && pair.length === 2);
  const values = new Map(pairs);
  const namespace = values.get("K8S_POD_NAMESPACE"), name = values.get("K8S_POD_NAME");
  return typeof namespace === "string" && typeof name === "string" ? { namespace, name } : null;
}

function fieldsOf(value: unknown): Map<string, unknown> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}
