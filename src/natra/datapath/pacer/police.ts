import type { Pacer } from "./pacer.ts";

/** No queue at all: the program drops what comes too early. It halves TCP above some 10 Mbit/s, so it is the last resort. */
export const police: Pacer = {
  kind: "police",
  install: () => "drops",
  change: () => "drops",
  open: () => {},
  givesTurns: () => false,
  verify: () => null,
  remove: () => {},
};
