/**
 * The pods of this node whose annotations, or whose namespace's, ask for something that is still to be done.
 */
import * as v from "valibot";
import type { Informer } from "../../kube/informer.ts";
import {
  type Decode,
  decoder,
  keyOf,
  type KubeObject,
  META,
  type ObjectMeta,
  STRINGS,
} from "../../kube/objects.ts";
import { isLimitAnnotation } from "../limits/sources.ts";

/** A pod or a namespace, with the annotations that are about limits. */
export interface Annotated extends KubeObject {
  readonly metadata: ObjectMeta & { readonly annotations: Readonly<Record<string, string>> };
}

const ANNOTATED = decoder("object", v.object({ metadata: v.object({ ...META, annotations: STRINGS }) }));

/** Picks names, and the annotations that are about limits. */
export const decodeAnnotated: Decode<Annotated> = (object) => {
  const { metadata } = ANNOTATED(object);
  const annotations = Object.entries(metadata.annotations).filter(([key]) => isLimitAnnotation(key));
  return { metadata: { ...metadata, annotations: Object.fromEntries(annotations) } };
};

/** A pod, and its namespace. */
export interface ClusterPod {
  readonly pod: Annotated;
  readonly namespace: Annotated;
}

export interface NodeViewOptions {
  readonly pods: Informer<Annotated>;
  readonly namespaces: Informer<Annotated>;
  /** Called when there is something to do. */
  readonly onWork: () => void;
  /** Called with the uid of a pod that is gone. */
  readonly onGone: (uid: string) => void;
}

const BY_NAMESPACE = "namespace";

/** Follows two informers; whatever applies annotations takes the pods to look at. */
export class NodeView {
  readonly #pods: Informer<Annotated>;
  readonly #namespaces: Informer<Annotated>;
  /** Keys of pods to be looked at. */
  readonly #pending = new Set<string>();
  /**
   * Keys of pods for which nothing could be done yet, see postpone(): any change of one is a reason to look
   * again.
   */
  readonly #waiting = new Set<string>();
  readonly #onWork: () => void;

  constructor({ pods, namespaces, onWork, onGone }: NodeViewOptions) {
    this.#pods = pods;
    this.#namespaces = namespaces;
    this.#onWork = onWork;
    pods.addIndex(BY_NAMESPACE, ({ metadata }) => [metadata.namespace]);
    pods.addHandler({
      onAdd: ({ metadata }) => this.look([keyOf(metadata)]),
      onUpdate: (pod, old) => {
        const key = keyOf(pod.metadata);
        if (!isSame(old, pod) || this.#waiting.has(key)) this.look([key]);
      },
      onDelete: ({ metadata }) => {
        this.#waiting.delete(keyOf(metadata));
        onGone(metadata.uid);
      },
    });
    namespaces.addHandler({
      onAdd: (namespace) => this.#lookInto(namespace),
      onUpdate: (namespace, old) => {
        if (!isSame(old, namespace)) this.#lookInto(namespace);
      },
    });
  }

  /** Asks for a look at these pods, or at all of them. */
  look(keys: Iterable<string> = this.#pods.store.keys()): void {
    for (const key of keys) this.#pending.add(key);
    if (this.#pending.size > 0) this.#onWork();
  }

  /** Asks for another look at pods that were looked at too early. */
  lookAgain(): void {
    this.look([...this.#waiting]);
  }

  /** A pod was looked at, and nothing could be done for it yet. */
  postpone({ metadata }: Annotated): void {
    this.#waiting.add(keyOf(metadata));
  }

  /**
   * The pods to look at now, each once. None before both lists are there: a default that is not known yet
   * must not count as one that was taken away.
   */
  take(): ClusterPod[] {
    if (!this.#pods.hasSynced || !this.#namespaces.hasSynced) return [];
    const keys = [...this.#pending];
    this.#pending.clear();
    return keys.flatMap((key) => {
      this.#waiting.delete(key);
      const pod = this.#pods.store.get(key);
      // A namespace that the watch has yet to report brings its pods back when it does.
      const namespace = pod === undefined ? undefined : this.#namespaces.store.get(pod.metadata.namespace);
      return pod === undefined || namespace === undefined ? [] : [{ pod, namespace }];
    });
  }

  #lookInto({ metadata }: Annotated): void {
    this.look(this.#pods.store.byIndex(BY_NAMESPACE, metadata.name).map((pod) => keyOf(pod.metadata)));
  }
}

function isSame(one: Annotated, other: Annotated): boolean {
  const [some, others] = [one.metadata.annotations, other.metadata.annotations];
  const keys = Object.keys(some);
  return keys.length === Object.keys(others).length && keys.every((key) => some[key] === others[key]);
}
