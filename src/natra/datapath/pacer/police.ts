import type { Pacer } from "./pacer.ts";

/**
 * No queue: the program drops what arrives too early. The last resort, because it halves TCP above about 10
 * Mbit/s.
 */
export const police: Pacer = {
  kind: "police",
  install: () => "drops",
  change: () => "drops",
  open: () => {},
  givesTurns: () => false,
  verify: () => null,
  remove: () => {},
};
