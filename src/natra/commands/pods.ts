import { allApplied, type Applied } from "../datapath/record.ts";
import { describeError } from "../../base/log/describe.ts";
import { escapeText, quote } from "../../base/log/quote.ts";
import { UsageError } from "../../cli/output.ts";

/** `namespace/name`, or the container's ID where nobody told them. As it is: escape it before a terminal sees it. */
export function podName({ pod, containerId }: Pick<Applied, "pod" | "containerId">): string {
  return pod === null ? containerId : `${pod.namespace}/${pod.name}`;
}

/** The same, so that a terminal may see it. */
export function shownName(applied: Pick<Applied, "pod" | "containerId">): string {
  return escapeText(podName(applied), 120);
}

/** The limited pods that a command line names. @param words Parts of their names or container IDs; none: all. */
export function wantedPods(words: readonly string[]): Applied[] {
  return allApplied().filter((applied) => {
    const names = [podName(applied), applied.containerId];
    return words.length === 0 || words.some((word) => names.some((name) => name.includes(word)));
  });
}

/**
 * The interfaces of the one pod that a word names: by its whole name or container ID, else by a part that only it has.
 *
 * @throws {UsageError} If several pods have that part.
 * @throws {Error} If none has.
 */
export function onePod(word: string): Applied[] {
  const partly = wantedPods([word]);
  const exact = partly.filter((applied) => [podName(applied), applied.containerId].includes(word));
  const found = exact.length > 0 ? exact : partly;
  const names = [...new Set(found.map(({ containerId }) => containerId))];
  if (names.length === 0) {
    throw new Error(`No pod that is limited here is called ${quote(word)}: natra status lists them`);
  }
  if (names.length > 1) {
    const several = found.slice(0, 5).map((applied) =>
      `${shownName(applied)} (${escapeText(applied.containerId, 13)})`
    );
    throw new UsageError(
      `${quote(word)} may be ${several.join(", ")}${names.length > 5 ? ", …" : ""}: say more of it`,
    );
  }
  return found;
}

/** What of a pod cannot be read is said on stderr, and must not hide the others. */
export function reportFailure(applied: Pick<Applied, "pod" | "containerId">, error: unknown): void {
  const line = `natra: ${shownName(applied)}: ${describeError(error)}\n`;
  Deno.stderr.writeSync(new TextEncoder().encode(line));
}
