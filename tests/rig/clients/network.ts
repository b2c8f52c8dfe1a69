/**
 * The node's CNI: a list of ptp and natra, natra behind a wrapper that can bring things down half-way through
 * an ADD.
 */
import { exists } from "../../../lab/vm/cache.ts";
import { run } from "../run.ts";

const HOME = "/run/clients";
/** Where the plugins are. */
export const BIN_DIRECTORY = `${HOME}/bin`;
/** Where the list is. */
export const CONF_DIRECTORY = `${HOME}/conf`;
/** The executable under test. */
export const NATRA = `${BIN_DIRECTORY}/natra.real`;
/** What natra writes. */
export const LOG_FILE = `${HOME}/natra.log`;
/** The list's file. */
export const LIST = "10-clients.conflist";
/** The network's name. */
export const NETWORK = "clients";

const WRAPPER = new URL("./wrapper.sh", import.meta.url).pathname;
const ORDER = `${BIN_DIRECTORY}/natra.order`;
/** Milliseconds that the killer may take to say that it was at work. */
const KILLER_MS = 2000;

let lists = 0;
let cniVersion = "1.0.0";

/**
 * Puts the plugins in their place.
 *
 * @param root where Debian's plugins are unpacked
 * @param natra path of the executable under test
 * @param version of CNI, that the lists are to have
 */
export async function installPlugins(root: string, natra: string, version: string): Promise<void> {
  await installMainPlugins(root, version);
  await Deno.copyFile(WRAPPER, `${BIN_DIRECTORY}/natra`);
  // A copy: the executable may be built again meanwhile.
  await Deno.copyFile(natra, NATRA);
}

/**
 * Puts the plugins of a node without natra in their place.
 *
 * @param root where Debian's plugins are unpacked
 * @param version of CNI, that the lists are to have
 */
export async function installMainPlugins(root: string, version: string): Promise<void> {
  cniVersion = version;
  await run(["mkdir", "-p", BIN_DIRECTORY, CONF_DIRECTORY]);
  for (const plugin of ["ptp", "host-local", "loopback"]) {
    await Deno.copyFile(`${root}/usr/lib/cni/${plugin}`, `${BIN_DIRECTORY}/${plugin}`);
  }
}

/**
 * Writes the list, as an installer must: in one step, by a rename.
 *
 * @param natra natra's own keys; null leaves natra out
 * @returns a text that only this list has
 */
export async function writeList(natra: Readonly<Record<string, unknown>> | null): Promise<string> {
  const mark = `list-${++lists}`;
  const ranges = [[{ subnet: "10.213.0.0/16" }]];
  const ptp = {
    type: "ptp",
    mark,
    ipMasq: false,
    ipam: { type: "host-local", ranges, routes: [{ dst: "0.0.0.0/0" }] },
  };
  const capabilities = { bandwidth: true, "io.kubernetes.cri.pod-annotations": true };
  const plugins = natra === null
    ? [ptp]
    : [ptp, { type: "natra", capabilities, logFile: LOG_FILE, ...natra }];
  const list = JSON.stringify({ cniVersion, name: NETWORK, plugins });
  await Deno.writeTextFile(`${CONF_DIRECTORY}/.new`, list);
  await Deno.rename(`${CONF_DIRECTORY}/.new`, `${CONF_DIRECTORY}/${LIST}`);
  return mark;
}

/**
 * Has a process killed half-way through the next ADD.
 *
 * @param victim "natra", or the id of a process
 */
export async function orderKill(victim: "natra" | number): Promise<void> {
  await Deno.remove(`${ORDER.slice(0, -".order".length)}.obeyed`).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.writeTextFile(ORDER, `${victim}`);
}

/**
 * Whether the last order was carried out. The caller of natra may notice the kill before the killer has
 * written it down.
 */
export async function wasKilled(): Promise<boolean> {
  for (const start = performance.now(); performance.now() - start < KILLER_MS;) {
    if (await exists(`${ORDER.slice(0, -".order".length)}.obeyed`)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

/** How often natra was called, by verb. */
export async function calls(): Promise<string> {
  const counts = new Map<string, number>();
  for (const verb of (await Deno.readTextFile(`${BIN_DIRECTORY}/natra.calls`)).trim().split("\n")) {
    counts.set(verb, (counts.get(verb) ?? 0) + 1);
  }
  return [...counts].map(([verb, count]) => `${verb} ${count}`).sort().join(", ");
}
