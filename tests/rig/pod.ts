/**
 * A pod as a CNI chain leaves it, in three routed network namespaces of this machine:
 *
 *     client [eth0] ─── [client0] node [veth0] ─── [eth0] pod
 *
 * The node is a namespace too, so that a plugin under test finds nothing of the real machine and leaves
 * nothing there, and forwarding is switched on in there only. IPv4 and IPv6; the round trip takes about 0.1
 * ms.
 */
import { Namespace } from "./namespace.ts";
import { run } from "./run.ts";

/** A chained plugin's `prevResult`, in the form of CNI 1.0.0. */
export interface CniResult {
  readonly cniVersion: string;
  readonly interfaces: readonly { readonly name: string; readonly mac: string; readonly sandbox?: string }[];
  readonly ips: readonly { readonly address: string; readonly gateway: string; readonly interface: number }[];
  readonly routes: readonly { readonly dst: string }[];
  readonly dns: Readonly<Record<string, never>>;
}

/** How a pod's namespaces are set up. */
export interface PodOptions {
  /**
   * TCP's congestion control of all traffic. The machine's default may be BBR, so it is always said. The
   * traffic's own sockets set it: in a namespace, sysctl may choose only from what the whole machine allows
   * everybody.
   */
  readonly congestionControl?: string;
  /** Milliseconds that a round trip takes longer, half of it each way; needs netem. Default: 0. */
  readonly delay?: number;
}

/** Congestion control of the rig unless something else is asked for: what most kernels come with. */
export const DEFAULT_CONGESTION_CONTROL = "cubic";
/** The pod's interface, in the pod. */
export const POD_INTERFACE = "eth0";
/** The pod's interface, on the node. */
export const HOST_VETH = "veth0";
/** The client's interface, in the client. */
export const CLIENT_INTERFACE = "eth0";
/** The client's interface, on the node. */
export const CLIENT_GATEWAY = "client0";

let pods = 0;

/** Three namespaces and the links between them. Disposing of the pod removes all of it. */
export class Pod implements AsyncDisposable {
  /** Addresses of the two ends of all traffic. */
  readonly addresses = {
    client: { v4: "10.200.1.2", v6: "fd00:200:1::2" },
    pod: { v4: "10.200.2.2", v6: "fd00:200:2::2" },
  } as const;
  /** A container ID that no other pod of this machine has. */
  readonly containerId: string;
  /** What the main CNI plugin would have answered. */
  readonly prevResult: CniResult;

  private constructor(
    readonly client: Namespace,
    readonly node: Namespace,
    readonly pod: Namespace,
    readonly congestionControl: string,
    macs: { readonly host: string; readonly pod: string },
    readonly owned: AsyncDisposable,
  ) {
    this.containerId = `natra-rig-${crypto.randomUUID()}`;
    this.prevResult = {
      cniVersion: "1.0.0",
      interfaces: [
        { name: HOST_VETH, mac: macs.host },
        { name: POD_INTERFACE, mac: macs.pod, sandbox: pod.path },
      ],
      ips: [
        { address: `${this.addresses.pod.v4}/24`, gateway: "10.200.2.1", interface: 1 },
        { address: `${this.addresses.pod.v6}/64`, gateway: "fd00:200:2::1", interface: 1 },
      ],
      routes: [{ dst: "0.0.0.0/0" }, { dst: "::/0" }],
      dns: {},
    };
  }

  /**
   * Makes a pod.
   *
   * @param options how its namespaces are set up
   * @returns its owner
   */
  static async create(options: PodOptions = {}): Promise<Pod> {
    const congestionControl = options.congestionControl ?? DEFAULT_CONGESTION_CONTROL;
    const id = ++pods;
    await using owned = new AsyncDisposableStack();
    const client = owned.use(await Namespace.create(`${id}-client`));
    const node = owned.use(await Namespace.create(`${id}-node`));
    const pod = owned.use(await Namespace.create(`${id}-pod`));
    await prepare(client);
    await prepare(pod);
    await prepare(node, ["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"]);
    await joinNodeWith(node, CLIENT_GATEWAY, client, CLIENT_INTERFACE, 1);
    await joinNodeWith(node, HOST_VETH, pod, POD_INTERFACE, 2);
    if (options.delay) {
      await addDelay(client, CLIENT_INTERFACE, options.delay / 2);
      await addDelay(node, CLIENT_GATEWAY, options.delay / 2);
    }
    const macs = { host: await macOf(node, HOST_VETH), pod: await macOf(pod, POD_INTERFACE) };
    return new Pod(client, node, pod, congestionControl, macs, owned.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.owned[Symbol.asyncDispose]();
  }
}

/**
 * Settings before there are links: no duplicate address detection, which would keep addresses unusable for a
 * second.
 */
async function prepare(namespace: Namespace, settings: readonly string[] = []): Promise<void> {
  const ready = ["net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.default.disable_ipv6=0"];
  await namespace.run(["sysctl", "-qw", ...ready, ...settings]);
}

/** A veth pair whose ends are born where they belong, with the node as the other side's default gateway. */
async function joinNodeWith(
  node: Namespace,
  nodeEnd: string,
  other: Namespace,
  otherEnd: string,
  subnet: number,
): Promise<void> {
  const inNode = ["ip", "-n", node.name];
  const inOther = ["ip", "-n", other.name];
  await run([
    ...inNode,
    "link",
    "add",
    nodeEnd,
    "type",
    "veth",
    "peer",
    "name",
    otherEnd,
    "netns",
    other.name,
  ]);
  for (const [ip, dev, host] of [[inNode, nodeEnd, 1], [inOther, otherEnd, 2]] as const) {
    await run([...ip, "addr", "add", `10.200.${subnet}.${host}/24`, "dev", dev]);
    await run([...ip, "addr", "add", `fd00:200:${subnet}::${host}/64`, "dev", dev]);
    await run([...ip, "link", "set", dev, "up"]);
  }
  await run([...inOther, "route", "add", "default", "via", `10.200.${subnet}.1`]);
  await run([...inOther, "route", "add", "default", "via", `fd00:200:${subnet}::1`]);
}

/** Between node and client, where no limiter under test queues. */
async function addDelay(namespace: Namespace, link: string, ms: number): Promise<void> {
  await namespace.run([
    "tc",
    "qdisc",
    "add",
    "dev",
    link,
    "root",
    "netem",
    "delay",
    `${ms}ms`,
    "limit",
    "100000",
  ]);
}

async function macOf(namespace: Namespace, link: string): Promise<string> {
  const [shown] = JSON.parse(await run(["ip", "-n", namespace.name, "-j", "link", "show", link])) as [
    { address: string },
  ];
  return shown.address;
}
