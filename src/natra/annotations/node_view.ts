/** What the API server says of this node's pods and of the namespaces, and which pods that gives something to do for. */
import type { Metadata } from "../../kube/objects.ts";

/** A pod, and its namespace's annotations. */
export interface ClusterPod {
  readonly pod: Metadata;
  readonly namespace: Metadata;
}

/** Objects by their name; pods by `namespace/name`. */
type Objects = Map<string, Metadata>;

/** `namespace/name`. */
export function podKey({ namespace, name }: Pick<Metadata, "namespace" | "name">): string {
  return `${namespace}/${name}`;
}

/** The cluster as far as it concerns this node. Watches write it, and whoever acts on annotations takes what changed. */
export class Cluster {
  readonly #pods: Objects = new Map();
  readonly #namespaces: Objects = new Map();
  /** Keys of pods that somebody should look at. */
  readonly #pending = new Set<string>();
  /** Keys of pods for which nothing could be done yet, see postpone(): a change of theirs is a reason to look again. */
  readonly #waiting = new Set<string>();
  /** Which of the two lists are there: a default that nobody has heard of yet must not count as one that was taken away. */
  readonly #listed = new Set<"pods" | "namespaces">();
  readonly #onWork: () => void;
  readonly #onGone: (uid: string) => void;

  /**
   * @param onWork Called when there is something to do.
   * @param onGone Called with the uid of a pod that is gone.
   */
  constructor(onWork: () => void, onGone: (uid: string) => void) {
    this.#onWork = onWork;
    this.#onGone = onGone;
  }

  /** All pods of the node. */
  setPods(pods: readonly Metadata[]): void {
    const now = new Set(pods.map(podKey));
    for (const [key, pod] of this.#pods) if (!now.has(key)) this.removePod(pod);
    this.#listed.add("pods");
    for (const pod of pods) this.setPod(pod);
  }

  /** A pod is there, or changed in some way. */
  setPod(pod: Metadata): void {
    const key = podKey(pod);
    const before = this.#pods.get(key);
    if (before !== undefined && before.uid !== pod.uid) this.#onGone(before.uid);
    this.#pods.set(key, pod);
    if (before?.uid !== pod.uid || !isSame(before, pod) || this.#waiting.has(key)) this.look([key]);
  }

  /** A pod is gone. */
  removePod(pod: Metadata): void {
    const key = podKey(pod);
    this.#pods.delete(key);
    this.#waiting.delete(key);
    this.#onGone(pod.uid);
  }

  /** All namespaces of the cluster. */
  setNamespaces(namespaces: readonly Metadata[]): void {
    const now = new Set(namespaces.map(({ name }) => name));
    for (const [name, namespace] of this.#namespaces) if (!now.has(name)) this.removeNamespace(namespace);
    this.#listed.add("namespaces");
    for (const namespace of namespaces) this.setNamespace(namespace);
  }

  /** A namespace is there, or changed in some way. */
  setNamespace(namespace: Metadata): void {
    const before = this.#namespaces.get(namespace.name);
    this.#namespaces.set(namespace.name, namespace);
    if (before !== undefined && isSame(before, namespace)) return;
    this.look([...this.#pods].filter(([, pod]) => pod.namespace === namespace.name).map(([key]) => key));
  }

  /** A namespace is gone; its pods are, too. */
  removeNamespace(namespace: Metadata): void {
    this.#namespaces.delete(namespace.name);
  }

  /** Somebody should look at these pods, or at all of them. */
  look(keys: Iterable<string> = this.#pods.keys()): void {
    for (const key of keys) this.#pending.add(key);
    if (this.#pending.size > 0) this.#onWork();
  }

  /** Somebody should look again at pods that were looked at too early. */
  lookAgain(): void {
    this.look([...this.#waiting]);
  }

  /** A pod was looked at, and nothing could be done for it yet. */
  postpone(pod: Metadata): void {
    this.#waiting.add(podKey(pod));
  }

  /** The pods to look at now; nobody is told of them a second time. None before both lists are there. */
  take(): ClusterPod[] {
    if (this.#listed.size < 2) return [];
    const keys = [...this.#pending];
    this.#pending.clear();
    return keys.flatMap((key) => {
      this.#waiting.delete(key);
      const pod = this.#pods.get(key);
      const namespace = pod === undefined ? undefined : this.#namespaces.get(pod.namespace);
      // A namespace that the watch has yet to tell of brings its pods back when it does.
      return pod === undefined || namespace === undefined ? [] : [{ pod, namespace }];
    });
  }
}

function isSame(one: Metadata, other: Metadata): boolean {
  const keys = Object.keys(one.annotations);
  return keys.length === Object.keys(other.annotations).length &&
    keys.every((key) => one.annotations[key] === other.annotations[key]);
}
