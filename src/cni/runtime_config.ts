import * as v from "valibot";
import { quote, quoteValue } from "../base/log/quote.ts";
import type { Warning } from "../base/log/warning.ts";

/** What the runtime adds to a configuration for one call. */
export interface RuntimeParts {
  /** `runtimeConfig.bandwidth`, as it came. */
  readonly runtimeBandwidth: unknown;
  /** The pod's annotations; null if the runtime passes none. */
  readonly annotations: Readonly<Record<string, string>> | null;
  /**
   * GC: the attachments that are still in use; others may be collected. null if the list is missing or
   * invalid: then nothing may be collected.
   */
  readonly validAttachments: readonly ValidAttachment[] | null;
}

/** An attachment that the runtime still knows. */
export interface ValidAttachment {
  readonly containerID: string;
  readonly ifname: string;
}

type Warn = (warning: Warning) => void;

/** The capability by which containerd passes annotations. */
const ANNOTATIONS = "io.kubernetes.cri.pod-annotations";
const VALID_ATTACHMENTS = "cni.dev/valid-attachments";

/**
 * Reads what the runtime adds. A value of the wrong type is dropped with a warning.
 *
 * @param conf The configuration's values by key; null counts as absent, as Go writes it for empty.
 * @param warn Called for each value that is dropped.
 */
export function readRuntimeParts(conf: ReadonlyMap<string, unknown>, warn: Warn): RuntimeParts {
  const runtime = readObject("runtimeConfig", conf.get("runtimeConfig"), warn);
  const annotations = readObject(`runtimeConfig.${ANNOTATIONS}`, runtime?.get(ANNOTATIONS), warn);
  return {
    runtimeBandwidth: runtime?.get("bandwidth"),
    annotations: annotations === null ? null : readStrings(annotations, warn),
    validAttachments: readAttachments(conf.get(VALID_ATTACHMENTS), warn),
  };
}

function readObject(key: string, value: unknown, warn: Warn): ReadonlyMap<string, unknown> | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "object" && !Array.isArray(value)) {
    return new Map<string, unknown>(Object.entries(value));
  }
  warn({ key, given: quoteValue(value), used: "nothing", why: "it must be an object" });
  return null;
}

function readStrings(values: ReadonlyMap<string, unknown>, warn: Warn): Readonly<Record<string, string>> {
  const strings: [string, string][] = [];
  for (const [key, value] of values) {
    if (typeof value === "string") strings.push([key, value]);
    else {warn({
        key: `annotation ${quote(key)}`,
        given: quoteValue(value),
        used: "nothing",
        why: "it must be a string",
      });}
  }
  return Object.fromEntries(strings);
}

/**
 * Absent and null differ: libcni writes an empty list as null. A list with one bad entry is not used at all,
 * because an attachment that is missing from the list would be collected.
 */
function readAttachments(value: unknown, warn: Warn): readonly ValidAttachment[] | null {
  if (value === undefined) return null;
  if (value === null) return [];
  const result = v.safeParse(v.array(v.object({ containerID: v.string(), ifname: v.string() })), value);
  if (result.success) return result.output;
  warn({
    key: VALID_ATTACHMENTS,
    given: quoteValue(value),
    used: "nothing",
    why: "it must be a list of attachments",
  });
  return null;
}
