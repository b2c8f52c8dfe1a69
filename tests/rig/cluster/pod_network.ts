/** How a hollow kubelet connects a pod's network namespace. */
import type { Pod } from "kubernetes-types/core/v1";
import type { Namespace } from "../namespace.ts";
import { run } from "../run.ts";
import type { Stored } from "./resources.ts";

export interface PodNetwork {
  /** @returns The pod's addresses. */
  add(pod: Stored<Pod>, namespace: Namespace): Promise<readonly string[]>;
  /** The namespace is removed after this. */
  remove(pod: Stored<Pod>, namespace: Namespace): Promise<void>;
}

const GATEWAY = "169.254.1.1";
const SCRIPT = `
echo 1 >/proc/sys/net/ipv4/ip_forward
ip link add "$1" type veth peer name eth0 netns "$2"
ip addr add ${GATEWAY}/32 dev "$1"
ip link set "$1" up
ip route add "$3/32" dev "$1"
ip -n "$2" addr add "$3/32" dev eth0
ip -n "$2" link set eth0 up
ip -n "$2" route add ${GATEWAY} dev eth0
ip -n "$2" route add default via ${GATEWAY}`;

/**
 * A veth pair and a host route for each pod: pods and the node reach each other. It turns the node into a
 * router.
 */
export class RoutedNetwork implements PodNetwork {
  readonly #prefix: string;
  #last = 1;

  /** @param prefix The first three bytes of the pods' addresses, for example `10.244.1`. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  async add(_pod: Stored<Pod>, namespace: Namespace): Promise<readonly string[]> {
    const number = ++this.#last;
    const address = `${this.#prefix}.${number}`;
    const link = `pod${this.#prefix.split(".").at(-1)}-${number}`;
    await run(["sh", "-euc", SCRIPT, "sh", link, namespace.name, address]);
    return [address];
  }

  remove(): Promise<void> {
    return Promise.resolve(); // the veth goes with the namespace, and the route with the veth
  }
}
