import { allApplied, type Applied } from "../datapath/applied.ts";

/** A pod as people name it: `namespace/name`, or the container's ID where the runtime did not say. */
export function podName({ pod, containerId }: Applied): string {
  return pod === null ? containerId : `${pod.namespace}/${pod.name}`;
}

/** The limited pods that a command line names. @param words Parts of their names or container IDs; none: all. */
export function wantedPods(words: readonly string[]): Applied[] {
  return allApplied().filter((applied) => {
    const names = [podName(applied), applied.containerId];
    return words.length === 0 || words.some((word) => names.some((name) => name.includes(word)));
  });
}
