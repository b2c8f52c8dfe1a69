import { ifThere } from "../base/log/describe.ts";

/** A pod's interface, as whoever runs pods on this node remembers it. */
export interface CachedAttachment {
  readonly containerId: string;
  readonly ifname: string;
  /** The CNI network's name. */
  readonly network: string;
  /** The path of the pod's network namespace. */
  readonly netns: string;
  readonly pod: { readonly namespace: string; readonly name: string } | null;
}

/** Where libcni keeps what plugins answered, unless a runtime says otherwise. */
export const LIBCNI_CACHE = "/var/lib/cni";

/** Only what is no path and no option may become part of either. */
const CONTAINER_ID = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
const IFNAME = /^[^\s/:]{1,15}$/;

/**
 * The interfaces in libcni's cache: every runtime that calls plugins by libcni (containerd, CRI-O, podman) leaves a file
 * for each, from its ADD to its DEL. Files that say something else are passed over, and so are loopbacks.
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
 * The CNI configuration, or the list of them, that an interface was added with.
 *
 * @param cache The directory that holds `results`.
 * @returns JSON of any shape; null if the cache does not tell.
 */
export function cachedConfig(
  { network, containerId, ifname }: Pick<CachedAttachment, "network" | "containerId" | "ifname">,
  cache: string = LIBCNI_CACHE,
): unknown {
  if (network.includes("/")) return null;
  return configOf(readJson(`${cache}/results/${network}-${containerId}-${ifname}`));
}

/**
 * The containers that were added by a list with a plugin of this type and are not deleted yet.
 *
 * @param type The plugin's type.
 * @param cache The directory that holds `results`.
 * @returns Their IDs.
 */
export function podsAddedWith(type: string, cache: string = LIBCNI_CACHE): string[] {
  const entries = cacheFiles(cache).map(readIfReadable);
  const ids = entries.filter((entry) => typesOf(configOf(entry)).includes(type))
    .map((entry) => fieldsOf(entry).get("containerId")).filter((id) => typeof id === "string");
  return [...new Set(ids)];
}

/** The types of the plugins in a list, or of the one plugin that it is. */
function typesOf(config: unknown): unknown[] {
  const plugins = fieldsOf(config).get("plugins");
  return (Array.isArray(plugins) ? plugins : [config]).map((plugin) => fieldsOf(plugin).get("type"));
}

/** @returns null also for what cannot be read: one bad entry must not hide the others. */
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
    return null; // neither base64 nor JSON: a configuration that no plugin was called with
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    // gone meanwhile, or being written
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Reads libcni's `cachedInfo`, kind cniCacheV1. @returns null if it is none, or has no namespace. */
export function parseCached(value: unknown): CachedAttachment | null {
  const info = fieldsOf(value);
  const containerId = info.get("containerId"), ifname = info.get("ifName"), network = info.get("networkName");
  if (info.get("kind") !== "cniCacheV1" || typeof network !== "string") return null;
  if (typeof containerId !== "string" || !CONTAINER_ID.test(containerId)) return null;
  if (typeof ifname !== "string" || !IFNAME.test(ifname) || ifname === "lo") return null;
  // libcni before 1.2 does not say the namespace, but the result does
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
