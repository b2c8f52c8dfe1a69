import { SUPPORTED_VERSIONS } from "../cni/version.ts";
import type { ChainedPlugin } from "../install/render.ts";
import type { LimitConf } from "./limits/sources.ts";
import { bypassOfPlugins } from "../pod/bypass.ts";

/**
 * natra's entry in a CNI list. Its capabilities bring it the annotations. It replaces the standard bandwidth
 * plugin, because both limits would apply, and inherits the rates that the list may set for every pod. If the
 * list names a main CNI whose packets bypass the node's end of the veth, ingress is held inside the pod;
 * other such CNIs are found on the node when a pod is added.
 */
export const CHAINED_PLUGIN: ChainedPlugin = {
  type: "natra",
  entryFor: (types) => ({
    ...bypassOfPlugins(types) === null ? {} : { attach: "podside" },
    capabilities: { "bandwidth": true, "io.kubernetes.cri.pod-annotations": true },
  }),
  replaces: ["bandwidth"],
  inherits: ["ingressRate", "ingressBurst", "egressRate", "egressBurst"] satisfies (keyof LimitConf)[],
  versions: SUPPORTED_VERSIONS,
};
