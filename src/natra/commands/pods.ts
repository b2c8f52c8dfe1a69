import { allApplied, type Applied } from "../datapath/record.ts";
import { describeError } from "../../base/log/describe.ts";
import { escapeText, quote } from "../../base/log/quote.ts";
import { UsageError } from "../../cli/output.ts";

/** `namespace/name`, or the container's ID if the runtime gave no name. Not escaped for a terminal. */
export function podName({ pod, containerId }: Pick<Applied, "pod" | "containerId">): string {
  return pod === null ? containerId : `${pod.namespace}/${pod.name}`;
}

/** Like podName(), escaped for a terminal. */
export function shownName(applied: Pick<Applied, "pod" | "containerId">): string {
  return escapeText(podName(applied), 120);
}

/**
 * The limited pods that a command line names.
 *
 * @param words Parts of names or container IDs; none: all pods.
 */
export function wantedPods(words: readonly string[]): Applied[] {
  return allApplied().filter((applied) => {
    const names = [podName(applied), applied.containerId];
    return words.length === 0 || words.some((word) => names.some((name) => name.includes(word)));
  });
}

/**
 * The interfaces of the pod that a word names: by its complete name or container ID, else by a unique part.
 *
 * @throws {UsageError} If it is part of several pods' names.
 * @throws {Error} If no pod matches.
 */
export function onePod(word: string): Applied[] {
  const partly = wantedPods([word]);
  const exact = partly.filter((applied) => [podName(applied), applied.containerId].includes(word));
  const found = exact.length > 0 ? exact : partly;
  const names = [...new Set(found.map(({ containerId }) => containerId))];
  if (names.length === 0) {
    throw new Error(`No limited pod on this node is called ${quote(word)}: natra status lists them`);
  }
  if (names.length > 1) {
    const several = found.slice(0, 5).map((applied) =>
      `${shownName(applied)} (${escapeText(applied.containerId, 13)})`
    );
    throw new UsageError(
      `${quote(word)} may be ${several.join(", ")}${names.length > 5 ? ", …" : ""}: be more specific`,
    );
  }
  return found;
}

/** Reports on stderr that a pod cannot be read; the others are still shown. */
export function reportFailure(applied: Pick<Applied, "pod" | "containerId">, error: unknown): void {
  const line = `natra: ${shownName(applied)}: ${describeError(error)}\n`;
  Deno.stderr.writeSync(new TextEncoder().encode(line));
}
