/** A kubelet without a cluster: pods are files in a directory. */
import { pause } from "../interruption.ts";
import { outcomeOf, RigError, run } from "../run.ts";
import { exists } from "../../../lab/vm/cache.ts";
import type { Parts } from "./clients.ts";
import { ContainerdRuntime } from "./containerd_runtime.ts";
import { SOCKET, TOOLS_IMAGE } from "./containerd_config.ts";
import { Daemon } from "./daemon.ts";
import type { PodSpec, RunningPod, Runtime } from "./runtime.ts";

const HOME = "/run/kubelet";
const MANIFESTS = `${HOME}/manifests`;
const NODE_NAME = "node";
const PATIENCE_MS = 240_000;
/** What it says. */
export const KUBELET_LOG = "/var/log/kubelet.log";

/** A kubelet above a containerd. */
export class KubeletRuntime implements Runtime {
  readonly retries = true;
  #daemon: Daemon | null = null;

  private constructor(
    readonly parts: Parts,
    readonly cgroup: string,
    readonly containerd: ContainerdRuntime,
  ) {}

  /**
   * Starts both.
   *
   * @param parts paths
   * @param cgroup parent of all pods' cgroups
   * @returns their owner
   */
  static async start(parts: Parts, cgroup: string): Promise<KubeletRuntime> {
    const runtime = new KubeletRuntime(parts, cgroup, await ContainerdRuntime.start(parts, cgroup));
    await Deno.mkdir(MANIFESTS, { recursive: true });
    // A kubelet wants its root cgroup to be there in every hierarchy.
    await run([
      "sh",
      "-euc",
      `for h in /sys/fs/cgroup /sys/fs/cgroup/*; do
      if [ -e "$h/cgroup.procs" ]; then mkdir -p "$h$1"; fi; done`,
      "sh",
      cgroup,
    ]);
    await Deno.writeTextFile(`${HOME}/config.json`, JSON.stringify(configuration(cgroup)));
    await runtime.restart();
    return runtime;
  }

  get pid(): number | null {
    return this.#daemon?.pid ?? null;
  }

  async run({ name, annotations }: PodSpec): Promise<RunningPod> {
    await this.apply(name, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default", annotations },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{
          name: "iperf3",
          image: TOOLS_IMAGE,
          imagePullPolicy: "Never",
          command: ["/usr/bin/iperf3", "--server"],
        }],
      },
    });
    let id = "";
    await this.#until(`start pod "${name}"`, async () => {
      id = await this.#sandbox(name, "--state", "ready");
      return id !== "" && await this.containerd.crictl("ps", "--quiet", "--pod", id) !== "";
    });
    return { name, ...await this.containerd.inspect(id) };
  }

  /** Has a static pod run, or changed. @param manifest the pod */
  async apply(name: string, manifest: unknown): Promise<void> {
    await Deno.writeTextFile(`${HOME}/${name}.json`, JSON.stringify(manifest));
    await Deno.rename(`${HOME}/${name}.json`, `${MANIFESTS}/${name}.json`);
  }

  /** Has a static pod ended. */
  async withdraw(name: string): Promise<void> {
    await Deno.remove(`${MANIFESTS}/${name}.json`).catch((error: unknown) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }

  async stop({ name, netns }: RunningPod): Promise<void> {
    await this.withdraw(name);
    // A sandbox is called not ready before its network is taken down; the namespace is removed after that.
    const isStopped = async (): Promise<boolean> =>
      await this.#sandbox(name, "--state", "ready") === "" && !await exists(netns);
    await this.#until(`stop pod "${name}"`, isStopped);
  }

  async remove({ name }: RunningPod): Promise<void> {
    const ids = (await this.#sandbox(name)).split("\n").filter((line) => line !== "");
    for (const id of ids) await this.containerd.crictl("rmp", "--force", id);
  }

  async loseNamespace(pod: RunningPod): Promise<void> {
    await Deno.remove(`${MANIFESTS}/${pod.name}.json`);
    await this.containerd.loseNamespace(pod);
  }

  readList(mark: string): Promise<void> {
    return this.containerd.readList(mark);
  }

  async restart(): Promise<void> {
    await this.#daemon?.ended();
    const argv = [this.parts.kubelet, `--config=${HOME}/config.json`, "--root-dir=/var/lib/kubelet"];
    const node = [`--hostname-override=${NODE_NAME}`, "--node-ip=10.214.0.1"];
    this.#daemon = await Daemon.start([...argv, ...node], KUBELET_LOG, async () => {
      const { code, stdout } = await outcomeOf(["ss", "-Hltn", "sport = :10255"]);
      return code === 0 && stdout !== "";
    });
  }

  async clear(): Promise<void> {
    for await (const { name } of Deno.readDir(MANIFESTS)) await Deno.remove(`${MANIFESTS}/${name}`);
    const isEmpty = async (): Promise<boolean> =>
      await this.containerd.crictl("pods", "--quiet", "--state", "ready") === "";
    await this.#until("stop all pods", isEmpty);
    await this.containerd.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon?.[Symbol.asyncDispose]();
    await this.containerd[Symbol.asyncDispose]();
  }

  async #sandbox(name: string, ...filter: string[]): Promise<string> {
    const full = `^${name}-${NODE_NAME}$`;
    return (await this.containerd.crictl("pods", "--quiet", "--name", full, ...filter)).trim();
  }

  async #until(what: string, done: () => Promise<boolean>): Promise<void> {
    const start = performance.now();
    while (!await done()) {
      if (this.#daemon?.hasEnded || performance.now() - start > PATIENCE_MS) {
        throw new RigError(`Failed to ${what}`);
      }
      await pause(200);
    }
  }
}

/** Settings under which a kubelet needs no cluster, and leaves the machine's sysctls and firewall alone. */
function configuration(cgroupRoot: string): Readonly<Record<string, unknown>> {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    staticPodPath: MANIFESTS,
    fileCheckFrequency: "2s",
    cgroupDriver: "cgroupfs",
    cgroupRoot,
    failCgroupV1: false,
    failSwapOn: false,
    containerRuntimeEndpoint: `unix://${SOCKET}`,
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: "AlwaysAllow" },
    address: "127.0.0.1",
    readOnlyPort: 10255,
    maxPods: 250,
    evictionHard: {
      "memory.available": "1Mi",
      "nodefs.available": "0%",
      "nodefs.inodesFree": "0%",
      "imagefs.available": "0%",
    },
    enforceNodeAllocatable: [],
    localStorageCapacityIsolation: false,
    makeIPTablesUtilChains: false,
  };
}
