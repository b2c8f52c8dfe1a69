import type { AttachMode } from "./own_keys.ts";

/** How and where to attach, as the datapath takes it. */
export interface Attachment {
  readonly attach: "auto" | "tcx" | "clsact";
  readonly side: "host" | "pod";
}

const ATTACHMENTS: Readonly<Record<AttachMode, Attachment>> = {
  "auto": { attach: "auto", side: "host" },
  "tcx": { attach: "tcx", side: "host" },
  "clsact": { attach: "clsact", side: "host" },
  "podside": { attach: "auto", side: "pod" },
  "clsact-podside": { attach: "clsact", side: "pod" },
};

/** What the conflist's `attach` means. */
export function attachmentOf(mode: AttachMode): Attachment {
  return ATTACHMENTS[mode];
}
