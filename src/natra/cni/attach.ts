import type { AttachMode } from "./natra_conf.ts";

/** How and where to attach, for the datapath. */
export interface AttachChoice {
  readonly attach: "auto" | "tcx" | "clsact";
  /** `auto`: inside the pod if packets would bypass the node's end of the veth. */
  readonly side: "auto" | "host" | "pod";
}

const ATTACHMENTS: Readonly<Record<AttachMode, AttachChoice>> = {
  "auto": { attach: "auto", side: "auto" },
  "tcx": { attach: "tcx", side: "host" },
  "clsact": { attach: "clsact", side: "host" },
  "podside": { attach: "auto", side: "pod" },
  "clsact-podside": { attach: "clsact", side: "pod" },
};

/** The meaning of the conflist's `attach`. */
export function attachmentOf(mode: AttachMode): AttachChoice {
  return ATTACHMENTS[mode];
}
