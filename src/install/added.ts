/** What libcni remembers of the pods that it added: a file each, with the list by which it was. */
import { isJsonObject, type JsonObject, parseExact } from "../base/json.ts";
import { ifThere } from "../base/log/describe.ts";

/** Where libcni keeps it unless a runtime says otherwise; containerd and CRI-O do not. */
export const RESULTS = "/var/lib/cni/results";

/**
 * The containers that were added by a list with a plugin of this type and are not deleted yet.
 *
 * @param type The plugin's type.
 * @returns Their IDs.
 */
export function podsAddedWith(type: string, results: string = RESULTS): string[] {
  const ids = names(results).map((name) => read(`${results}/${name}`))
    .filter((entry) => entry !== null && listTypes(entry).includes(type))
    .map((entry) => entry?.containerId).filter((id) => typeof id === "string");
  return [...new Set(ids)];
}

/** The types of the plugins in the list that an entry holds, as Go writes bytes: in base64. */
function listTypes({ config }: JsonObject): unknown[] {
  try {
    const list = parseExact(typeof config === "string" ? atob(config) : "null");
    if (!isJsonObject(list)) return [];
    const plugins = Array.isArray(list.plugins) ? list.plugins : [list];
    return plugins.map((plugin) => isJsonObject(plugin) ? plugin.type : null);
  } catch {
    return []; // half-written, or another's
  }
}

function read(path: string): JsonObject | null {
  try {
    const entry = parseExact(Deno.readTextFileSync(path));
    return isJsonObject(entry) ? entry : null;
  } catch {
    return null; // gone meanwhile, half-written, or another's
  }
}

function names(directory: string): string[] {
  const entries = ifThere(() => [...Deno.readDirSync(directory)], []);
  return entries.filter(({ isFile }) => isFile).map(({ name }) => name);
}
