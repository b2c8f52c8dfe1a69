import { hasTcx } from "../features.ts";
import type { Attacher, AttachKind } from "./attachment.ts";
import { clsact } from "./clsact.ts";
import { tcx } from "./tcx.ts";

const ATTACHERS: Readonly<Record<AttachKind, Attacher>> = { tcx, clsact };

/** The attacher of that kind. */
export function attacherOf(kind: AttachKind): Attacher {
  return ATTACHERS[kind];
}

/**
 * Chooses how to attach.
 *
 * @returns The choice and its reason.
 */
export function selectAttacher(asked: "auto" | AttachKind): { attacher: Attacher; why: string } {
  if (asked === "clsact") return { attacher: clsact, why: "as asked" };
  if (hasTcx()) return { attacher: tcx, why: asked === "tcx" ? "as asked" : "this kernel has tcx" };
  return {
    attacher: clsact,
    why: asked === "tcx" ? "instead of tcx, which this kernel lacks" : "this kernel has no tcx",
  };
}
