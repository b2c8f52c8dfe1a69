/** The network of the node's CNI list, called by libcni's own client. */
import type { Pod } from "kubernetes-types/core/v1";
import { callCnitool } from "../clients/cnitool.ts";
import type { Namespace } from "../namespace.ts";
import type { PodNetwork } from "./pod_network.ts";
import type { Stored } from "./resources.ts";

export class CniNetwork implements PodNetwork {
  /** @param cnitool Path of its executable. */
  constructor(readonly cnitool: string) {}

  async add(pod: Stored<Pod>, namespace: Namespace): Promise<readonly string[]> {
    const answer = await this.#call("add", pod, namespace);
    const { ips } = JSON.parse(answer) as { readonly ips: readonly { readonly address: string }[] };
    return ips.map(({ address }) => address.replace(/\/.*/, ""));
  }

  async remove(pod: Stored<Pod>, namespace: Namespace): Promise<void> {
    await this.#call("del", pod, namespace);
  }

  #call(verb: "add" | "del", { metadata }: Stored<Pod>, namespace: Namespace): Promise<string> {
    const { name, namespace: podNamespace, uid, annotations = {} } = metadata;
    const args = { K8S_POD_NAMESPACE: podNamespace, K8S_POD_NAME: name, K8S_POD_UID: uid };
    return callCnitool(this.cnitool, verb, namespace, { args, annotations });
  }
}
