import { SUPPORTED_VERSIONS } from "../cni/version.ts";
import type { ChainedPlugin } from "../install/render.ts";
import { bypassOfPlugins } from "../pod/bypass.ts";

/**
 * natra as a list has it: the capabilities bring it the annotations. It takes the place of the standard bandwidth plugin,
 * with the rates that the list itself may set for every pod: two limits would both hold. Where the list itself tells of a main CNI whose
 * packets pass the node's end of the veth by, what pods receive is held inside them; of others the node tells when a pod is added.
 */
export const CHAINED_PLUGIN: ChainedPlugin = {
  type: "natra",
  entryFor: (types) => ({
    ...bypassOfPlugins(types) === null ? {} : { attach: "podside" },
    capabilities: { "bandwidth": true, "io.kubernetes.cri.pod-annotations": true },
  }),
  replaces: ["bandwidth"],
  inherits: ["ingressRate", "ingressBurst", "egressRate", "egressBurst"],
  versions: SUPPORTED_VERSIONS,
};
