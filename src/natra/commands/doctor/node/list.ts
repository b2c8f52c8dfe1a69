import { isJsonObject, type JsonObject } from "../../../../base/json.ts";
import {
  type ListFile,
  type Original,
  parseOriginal,
  readLists,
  readOriginal,
} from "../../../../install/list.ts";
import { CILIUM_REMEDY, listsRenamedByCilium, renamedByCilium } from "../../../../install/renamed.ts";
import { calls } from "../../../../install/render.ts";
import { describeError } from "../../../../base/log/describe.ts";
import { quote, quoteValue } from "../../../../base/log/quote.ts";
import { bypassOfPlugins } from "../../../../pod/bypass.ts";
import { CHAINED_PLUGIN } from "../../../chained_plugin.ts";
import type { CniDirectories } from "../../../../cli/cni_directories.ts";
import type { Finding } from "../finding.ts";

const TYPE = CHAINED_PLUGIN.type;
const ANNOTATIONS = "io.kubernetes.cri.pod-annotations";
/** Values of `attach` with which natra always holds ingress at the node's end. */
const AT_THE_NODE: readonly unknown[] = ["tcx", "clsact"];

/** Checks the list that the runtime takes: whether natra is in it, where, and with what it needs. */
export function list({ confDir, pluginDirs }: CniDirectories): Finding[] {
  let files: ListFile[];
  try {
    files = readLists(confDir);
  } catch (error) {
    return [noList(confDir, describeError(error))];
  }
  const [first] = files;
  if (first === undefined) return [noList(confDir, "there is no list")];
  let read: Original;
  try {
    read = readOriginal(confDir, first);
  } catch (error) {
    return [unreadable(describeError(error))];
  }
  return judge(read, files, pluginDirs);
}

function noList(confDir: string, why: string): Finding {
  return {
    id: "no-list",
    level: "notice",
    what: `no CNI list can be read in ${quote(confDir, 255)}: ${why}`,
    why: "without the list it is unknown whether the next pod will be limited",
    todo: "set --conf-dir to the directory that the runtime uses (natra install --help lists some)",
  };
}

function unreadable(what: string): Finding {
  return {
    id: "list-unreadable",
    level: "trouble",
    what,
    why: "it is the list that the runtime takes: pods cannot start",
    todo: "repair or remove the file",
  };
}

function judge(
  { name, list, plugins }: Original,
  files: readonly ListFile[],
  pluginDirs: readonly string[],
): Finding[] {
  if (!calls(list, TYPE)) return [missing(name, files)];
  const found: Finding[] = [];
  const trouble = (id: string, what: string, why: string, todo: string): void => {
    found.push({ id, level: "trouble", what: `in ${quote(name, 255)} ${what}`, why, todo });
  };
  const isInstalled = (type: string): boolean =>
    pluginDirs.some((directory) => isExecutable(`${directory}/${type}`));
  const where = pluginDirs.join(" or ");
  if (!isInstalled(TYPE)) {
    trouble(
      "no-executable",
      `natra is called, but there is no executable "${TYPE}" in ${where}`,
      "the runtime cannot call it: pods cannot start",
      "natra install puts it there; --bin-dir sets the directories",
    );
  }
  const absent = plugins.map(({ type }) => String(type)).find((type) => type !== TYPE && !isInstalled(type));
  if (absent !== undefined && isInstalled(TYPE)) {
    trouble(
      "plugin-missing",
      `the plugin ${quote(absent, 255)} is called, but it is not in ${where}`,
      "if the runtime looks for plugins elsewhere, it does not find natra either: pods cannot start",
      "set --bin-dir to where the runtime looks for plugins, PATH:PATH… if there are several",
    );
  }
  const at = plugins.findIndex(({ type }) => type === TYPE);
  const natra = plugins[at];
  if (natra === undefined) return found; // another plugin calls it, as Multus does
  if (at === 0) {
    trouble(
      "list-order",
      "natra is the first plugin",
      "natra needs the main plugin's result: without it the runtime gets an error, and pods cannot start",
      "put natra behind the main plugin",
    );
  }
  const missingCapability = missingCapabilities(natra);
  if (missingCapability !== null) {
    trouble(
      "no-capabilities",
      ...missingCapability,
      `add "capabilities": { "bandwidth": true, "${ANNOTATIONS}": true }`,
    );
  }
  const types = plugins.map(({ type }) => String(type));
  const other = types.findIndex((type) => CHAINED_PLUGIN.replaces.includes(type));
  if (other >= 0) {
    trouble(
      "bandwidth-chained",
      `the ${types[other]} plugin is chained, too, ${other < at ? "in front of" : "behind"} natra`,
      other < at
        ? "it adds a second limit, and in its queue small requests wait behind bulk"
        : "its ADD fails, because the root queue is taken: pods with a limit cannot start",
      "remove it from the list; natra install does so in the list that it renders",
    );
  }
  const bypass = bypassOfPlugins(types);
  if (bypass !== null && AT_THE_NODE.includes(natra.attach)) {
    trouble(
      "list-bypassed",
      `natra has "attach": ${quoteValue(natra.attach)} beside ${bypass.cni}`,
      "its packets may bypass the node's end of the veth: then ingress is not limited",
      'remove "attach" (natra then chooses podside), or set it to "podside"',
    );
  }
  return found;
}

/** @returns What is missing and what that means; null if nothing is. */
function missingCapabilities({ capabilities }: JsonObject): [what: string, why: string] | null {
  const has = (name: string): boolean => isJsonObject(capabilities) && capabilities[name] === true;
  if (has(ANNOTATIONS)) return null; // annotations include what the other one passes
  return has("bandwidth")
    ? [
      `natra lacks the capability ${ANNOTATIONS}`,
      "it gets no natra.io annotations and no JSON form, only plain kubernetes.io rates",
    ]
    : [
      "natra has no capabilities",
      "the runtime passes neither annotations nor rates: no pod is limited",
    ];
}

function missing(name: string, files: readonly ListFile[]): Finding {
  const other = files.find((file) => hasNatra(file));
  const where = other === undefined ? "" : `; natra is in ${quote(other.name, 255)}`;
  return {
    id: "not-in-list",
    level: "trouble",
    what: `${quote(name, 255)}, the first CNI list, does not contain natra${where}`,
    why: "runtimes take the first list in sorted order: new pods are not limited",
    todo: other === undefined
      ? "run natra install, which renders a list with natra"
      : "rename the list with natra so that it sorts first; natra install calls it 00-natra-…",
  };
}

function hasNatra(file: ListFile): boolean {
  try {
    return calls(parseOriginal(file).list, TYPE);
  } catch {
    return false; // not the list that the runtime takes
  }
}

function isExecutable(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0) & 0o111) !== 0;
  } catch {
    return false;
  }
}

/** Finds lists of natra's that Cilium has renamed. */
export function renamed(directory: string): Finding[] {
  return listsRenamedByCilium(directory).map((list) => ({
    id: "list-renamed",
    level: "trouble",
    what: renamedByCilium(list),
    why: "the runtime takes Cilium's own list: new pods are not limited",
    todo: CILIUM_REMEDY,
  }));
}
