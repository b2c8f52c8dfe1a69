/** The project's own netlink sockets, opened in the rig's namespaces. */
import { Netlink, type NetlinkOptions } from "../../src/net/netlink.ts";
import { NetNs } from "../../src/net/netns.ts";
import { Namespace } from "./namespace.ts";

/** Runs `f` in a namespace: sockets that it opens belong there. */
export function inNamespace<T>({ path }: Namespace, f: () => T extends PromiseLike<unknown> ? never : T): T {
  using netns = new NetNs(path);
  return netns.run(f);
}

/** Opens a netlink socket in a namespace. */
export function netlinkIn(namespace: Namespace, options: NetlinkOptions = {}): Netlink {
  return inNamespace(namespace, () => new Netlink(options));
}

/** A namespace of its own with a socket in it, and ip(8) as a second opinion. */
export class NetlinkRoom implements AsyncDisposable {
  private constructor(readonly namespace: Namespace, readonly netlink: Netlink) {}

  /** @param suffix makes the name unique in this process */
  static async create(suffix: string, options: NetlinkOptions = {}): Promise<NetlinkRoom> {
    const namespace = await Namespace.create(suffix);
    return new NetlinkRoom(namespace, netlinkIn(namespace, options));
  }

  /** Runs `ip` with arguments that are separated by spaces. */
  async ip(command: string): Promise<void> {
    await this.namespace.run(["ip", ...command.split(" ")]);
  }

  /** What `ip -j` or `bridge -j` lists. */
  async list<T>(command: string, program = "ip"): Promise<T[]> {
    const text = await this.namespace.run([program, "-j", ...command.split(" ")]);
    return text.trim() === "" ? [] : JSON.parse(text) as T[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.netlink[Symbol.dispose]();
    await this.namespace[Symbol.asyncDispose]();
  }
}
