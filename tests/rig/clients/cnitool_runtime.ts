/** cnitool: libcni's own client, with network namespaces for pods. */
import { Child } from "../child.ts";
import { Namespace } from "../namespace.ts";
import { RigError } from "../run.ts";
import { callCnitool } from "./cnitool.ts";
import { PORT } from "./held.ts";
import type { PodSpec, RunningPod, Runtime } from "./runtime.ts";

/** The Kubernetes namespace of all pods. */
export const POD_NAMESPACE = "default";

interface Made {
  readonly name: string;
  readonly namespace: Namespace;
  readonly annotations: Readonly<Record<string, string>>;
  server: Child | null;
}

/** Calls the list by cnitool. */
export class CnitoolRuntime implements Runtime {
  readonly pid = null;
  readonly retries = false;
  readonly #made = new Map<string, Made>();

  /** @param cnitool path of its executable */
  constructor(readonly cnitool: string) {}

  async run({ name, annotations }: PodSpec): Promise<RunningPod> {
    const namespace = await Namespace.create(name);
    const made: Made = { name, namespace, annotations, server: null };
    this.#made.set(name, made);
    const result = JSON.parse(await this.#call("add", made)) as { ips: readonly { address: string }[] };
    made.server = await namespace.startServer(["iperf3", "--server"], PORT);
    const address = result.ips[0]?.address.replace(/\/.*/, "") ?? "";
    return { name, id: name, netns: namespace.path, address };
  }

  async stop({ name }: RunningPod): Promise<void> {
    const made = this.#made.get(name);
    if (made === undefined) throw new RigError(`Failed to stop pod "${name}": there is none`);
    await made.server?.stop();
    await this.#call("del", made);
  }

  async remove({ name }: RunningPod): Promise<void> {
    await this.#made.get(name)?.namespace[Symbol.asyncDispose]();
    this.#made.delete(name);
  }

  async loseNamespace({ name }: RunningPod): Promise<void> {
    const made = this.#made.get(name);
    await made?.server?.stop();
    await made?.namespace[Symbol.asyncDispose]();
  }

  readList(): Promise<void> {
    return Promise.resolve(); // every call reads it
  }

  restart(): Promise<void> {
    return Promise.resolve();
  }

  async clear(): Promise<void> {
    for (const name of [...this.#made.keys()]) {
      const pod = { name, id: name, netns: "", address: "" };
      await this.stop(pod);
      await this.remove(pod);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { server, namespace } of this.#made.values()) {
      await server?.stop();
      await namespace[Symbol.asyncDispose]();
    }
  }

  async #call(verb: "add" | "del", { name, namespace, annotations }: Made): Promise<string> {
    return await callCnitool(this.cnitool, verb, namespace, {
      args: { K8S_POD_NAMESPACE: POD_NAMESPACE, K8S_POD_NAME: name },
      annotations,
    });
  }
}
