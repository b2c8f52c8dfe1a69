import type { CachedAttachment } from "../../../cni/libcni_cache.ts";

/** Queries the container runtime. The last resort, because not every node has it. */
const CRICTL = "crictl";

/** The runtime could not be queried. */
export class CrictlError extends Error {
  override readonly name = "CrictlError";
}

/**
 * Queries the container runtime for running pods, by crictl with its own configuration.
 *
 * @param word The pod's name, namespace/name or the start of its container ID.
 * @returns The pods' first interfaces; the network's name is unknown.
 * @throws {CrictlError} If crictl is not on PATH, or fails.
 */
export async function attachmentsByCrictl(word: string): Promise<CachedAttachment[]> {
  const listed = items(await crictl("pods", "--state", "ready", "-o", "json"));
  const found: CachedAttachment[] = [];
  for (const { id, metadata } of listed) {
    const { namespace, name } = metadata;
    if (![name, `${namespace}/${name}`].includes(word) && !id.startsWith(word)) continue;
    const netns = networkOf(await crictl("inspectp", "-o", "json", id));
    if (netns === null) continue;
    found.push({ containerId: id, ifname: "eth0", network: "", netns, pod: { namespace, name } });
  }
  return found;
}

async function crictl(...args: string[]): Promise<unknown> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(CRICTL, { args, stdin: "null" }).output();
    const text = new TextDecoder();
    if (!success) throw new CrictlError(`crictl failed: ${text.decode(stderr).trim().slice(-500)}`);
    return JSON.parse(text.decode(stdout));
  } catch (error) {
    if (error instanceof CrictlError) throw error;
    if (error instanceof Deno.errors.NotFound) {
      throw new CrictlError("crictl, which can query the container runtime, is not on PATH", {
        cause: error,
      });
    }
    throw new CrictlError("crictl's answer cannot be read", { cause: error });
  }
}

interface Listed {
  readonly id: string;
  readonly metadata: { readonly namespace: string; readonly name: string };
}

function items(answer: unknown): Listed[] {
  const list = at(answer, "items");
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown) => {
    const id = at(one, "id"),
      namespace = at(one, "metadata", "namespace"),
      name = at(one, "metadata", "name");
    return typeof id === "string" && /^[a-zA-Z0-9]+$/.test(id) && typeof namespace === "string" &&
        typeof name === "string"
      ? [{ id, metadata: { namespace, name } }]
      : [];
  });
}

/** The path of the network namespace in the sandbox's OCI specification. */
function networkOf(answer: unknown): string | null {
  const namespaces = at(answer, "info", "runtimeSpec", "linux", "namespaces");
  if (!Array.isArray(namespaces)) return null;
  const path = at(namespaces.find((one: unknown) => at(one, "type") === "network"), "path");
  return typeof path === "string" && path.startsWith("/") ? path : null; // no path: the node's own namespace
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null
        ? new Map<string, unknown>(Object.entries(inner)).get(key)
        : undefined,
    value,
  );
}
