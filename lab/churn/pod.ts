/** A pod of the churn: a network namespace, a veth, and the configuration that natra gets for them. */
import { Namespace } from "../../tests/rig/namespace.ts";
import { run } from "../../tests/rig/run.ts";

/** A chained plugin's configuration without prevResult. */
export type Conf = Readonly<Record<string, unknown>>;

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A pod on this very node. */
export class ChurnPod {
  #hasInterface = true;

  private constructor(
    readonly id: number,
    readonly namespace: Namespace,
    readonly containerId: string,
    readonly prevResult: Conf,
  ) {}

  /** Whether its interface is still there. */
  get hasInterface(): boolean {
    return this.#hasInterface;
  }

  /** Its interface's other end, on the node. */
  get hostVeth(): string {
    return hostVeth(this.id);
  }

  /**
   * Makes a pod with its interface up.
   *
   * @param id its number in the run, from 0 to 65535
   * @returns the pod
   */
  static async create(id: number): Promise<ChurnPod> {
    const namespace = await Namespace.create(`churn${id}`);
    const [high, low] = [id >> 8, id & 255];
    await run([
      "sh",
      "-ec",
      `
      ip link add "$1" type veth peer name eth0 netns "$2"
      ip addr add 169.254.1.1/32 dev "$1"; ip link set "$1" up; ip route add "$3/32" dev "$1"
      ip -n "$2" addr add "$3/32" dev eth0; ip -n "$2" link set eth0 up
      ip -n "$2" route add default dev eth0`,
      "sh",
      hostVeth(id),
      namespace.name,
      `10.88.${high}.${low}`,
    ]);
    const containerId = `natra-churn-${id}-${crypto.randomUUID()}`;
    return new ChurnPod(id, namespace, containerId, {
      cniVersion: "1.0.0",
      interfaces: [{ name: hostVeth(id) }, { name: "eth0", sandbox: namespace.path }],
      ips: [{ address: `10.88.${high}.${low}/32`, interface: 1 }],
      dns: {},
    });
  }

  /** Its IPv4 address. */
  get address(): string {
    return `10.88.${this.id >> 8}.${this.id & 255}`;
  }

  /**
   * The environment of a call for it.
   *
   * @param command the verb
   * @returns all variables
   */
  environment(command: string): Readonly<Record<string, string>> {
    return {
      PATH,
      TMPDIR: Deno.env.get("TMPDIR") ?? "/tmp",
      CNI_COMMAND: command,
      CNI_CONTAINERID: this.containerId,
      CNI_NETNS: this.namespace.path,
      CNI_IFNAME: "eth0",
      CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=churn;K8S_POD_NAME=pod-${this.id}`,
      CNI_PATH: "/opt/cni/bin",
    };
  }

  /** Removes the interface, both ends, as a main plugin does. */
  async removeInterface(): Promise<void> {
    this.#hasInterface = false;
    await run(["ip", "link", "del", this.hostVeth]);
  }

  /** Removes the namespace, and with it the interface, as a runtime does in the end. */
  async remove(): Promise<void> {
    this.#hasInterface = false;
    await this.namespace[Symbol.asyncDispose]();
  }
}

function hostVeth(id: number): string {
  return `churn${id}`;
}
