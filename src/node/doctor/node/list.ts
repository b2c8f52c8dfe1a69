import { quote } from "../../../log/quote.ts";
import { bypassOfPlugins } from "../../../pod/bypass.ts";
import type { Symptom } from "../finding.ts";
import { type Plugin, type PluginList, readLists } from "./lists.ts";

const ANNOTATIONS = "io.kubernetes.cri.pod-annotations";
/** Values of `attach` with which natra holds ingress at the node's end, whatever the main CNI. */
const AT_THE_NODE: readonly unknown[] = ["tcx", "clsact"];

/** The list that the runtime takes: is natra in it, where, and with what it needs? */
export function list(directory: string): Symptom[] {
  const lists = readLists(directory);
  if (lists === null || lists.length === 0) {
    return [{
      id: "no-list",
      level: "notice",
      what: `there is no CNI list in ${quote(directory)}`,
      why: "without the list nobody can tell whether the next pod will be limited",
      todo: "--conf-dir names the directory that the runtime uses (k3s, microk8s and OpenShift have others)",
    }];
  }
  const unreadable = lists.filter(({ plugins }) => plugins === null).map(unreadableList);
  const [first] = lists;
  if (first === undefined || first.plugins === null) return unreadable;
  return [...unreadable, ...judge(first.file, first.plugins, lists)];
}

function unreadableList({ file, fault }: PluginList): Symptom {
  return {
    id: "list-unreadable",
    level: "trouble",
    what: `the CNI list ${quote(file)} cannot be read: ${fault}`,
    why: "containerd refuses all lists if one of those that it reads is bad: no pod starts",
    todo: "repair the file, or move it away",
  };
}

function judge(file: string, plugins: readonly Plugin[], lists: readonly PluginList[]): Symptom[] {
  const at = plugins.findIndex(({ type }) => type === "natra");
  const natra = plugins[at];
  if (natra === undefined) return [missing(file, lists)];
  const symptoms: Symptom[] = [];
  const trouble = (id: string, what: string, why: string, todo: string): void => {
    symptoms.push({ id, level: "trouble", what: `in ${quote(file)} ${what}`, why, todo });
  };
  if (at === 0) {
    trouble(
      "list-order",
      "natra is the first plugin",
      "natra needs the main plugin's result: without one the runtime gets an error, and pods do not start",
      "put natra behind the main plugin",
    );
  }
  if (!natra.capabilities.includes(ANNOTATIONS) && !natra.capabilities.includes("bandwidth")) {
    trouble(
      "no-capabilities",
      "natra has no capabilities",
      "the runtime then passes neither annotations nor rates: no pod is limited",
      `add "capabilities": { "bandwidth": true, "${ANNOTATIONS}": true }`,
    );
  } else if (!natra.capabilities.includes(ANNOTATIONS)) {
    trouble(
      "no-capabilities",
      `natra lacks the capability ${ANNOTATIONS}`,
      "natra.io annotations and the JSON form do not reach it; plain kubernetes.io ones do",
      `add "${ANNOTATIONS}": true`,
    );
  }
  if (plugins.some(({ type }) => type === "bandwidth")) {
    trouble(
      "bandwidth-chained",
      "the bandwidth plugin is chained, too",
      "both honour the same annotations: pods queue twice, and in its queue small requests wait behind bulk",
      "take the bandwidth plugin out: natra install does that in the list that it renders",
    );
  }
  const bypass = bypassOfPlugins(plugins.map(({ type }) => type));
  if (bypass !== null && AT_THE_NODE.includes(natra.attach)) {
    trouble(
      "list-bypassed",
      `natra is told "attach": ${quote(String(natra.attach))} beside ${bypass.who}`,
      "its packets may pass by the node's end of the veth: what pods receive is not limited then",
      'take "attach" out (natra chooses podside by itself), or say "podside"',
    );
  }
  return symptoms;
}

function missing(file: string, lists: readonly PluginList[]): Symptom {
  const other = lists.find(({ plugins }) => plugins?.some(({ type }) => type === "natra"));
  return {
    id: "not-in-list",
    level: "trouble",
    what: `${quote(file)}, the first of the CNI lists, is without natra${
      other === undefined ? "" : `, which is in ${quote(other.file)}`
    }`,
    why: "runtimes take the first list in sorted order: pods that start now are not limited",
    todo: other === undefined
      ? "natra install renders a list with natra in it"
      : "give the list with natra a name that sorts first: natra install calls it 00-natra-…",
  };
}
