import type { Logger } from "../log/log.ts";
import type { AttachMode } from "./own_keys.ts";

/** What the datapath can do of what a conflist may ask for. */
export function attachOf(asked: AttachMode, logger: Logger): "auto" | "tcx" | "clsact" {
  if (asked !== "podside" && asked !== "clsact-podside") return asked;
  const used = asked === "podside" ? "auto" : "clsact";
  const why = "this version attaches at the node's end of the veth only";
  logger.warn("bad value", { key: "configuration attach", given: asked, used, why });
  return used;
}
