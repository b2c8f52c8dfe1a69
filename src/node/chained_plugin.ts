import { SUPPORTED_VERSIONS } from "../cni/version.ts";
import type { ChainedPlugin } from "../install/render.ts";

/**
 * natra as a list has it: the capabilities bring it the annotations. It takes the place of the standard bandwidth plugin,
 * with the rates that the list itself may set for every pod: two limits would both hold.
 */
export const CHAINED_PLUGIN: ChainedPlugin = {
  entryFor: () => ({ capabilities: { "bandwidth": true, "io.kubernetes.cri.pod-annotations": true } }),
  replaces: ["bandwidth"],
  inherits: ["ingressRate", "ingressBurst", "egressRate", "egressBurst"],
  versions: SUPPORTED_VERSIONS,
};
