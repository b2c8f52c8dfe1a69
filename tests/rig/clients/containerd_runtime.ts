/** containerd, called by crictl as a kubelet calls it. */
import { pause } from "../interruption.ts";
import { outcomeOf, RigError, run } from "../run.ts";
import type { Parts } from "./clients.ts";
import { containerdConfig, SOCKET, TOOLS_IMAGE } from "./containerd_config.ts";
import { Daemon } from "./daemon.ts";
import type { PodSpec, RunningPod, Runtime } from "./runtime.ts";

const HOME = "/run/cri";
const IMAGES = new URL("./image.sh", import.meta.url).pathname;
const LIST_PATIENCE_MS = 60_000;

/** What `crictl inspectp` tells, as far as it is used here. */
interface Inspected {
  readonly status: { readonly network?: { readonly ip?: string } };
  readonly info: {
    readonly runtimeSpec: { readonly linux: { readonly namespaces: { type: string; path?: string }[] } };
  };
}

/** A containerd of its own, with pods that run an iperf3 server. */
export class ContainerdRuntime implements Runtime {
  readonly retries = false;
  #daemon: Daemon | null = null;

  private constructor(readonly parts: Parts, readonly cgroup: string) {}

  /**
   * Starts it, with both images.
   *
   * @param parts paths
   * @param cgroup parent of all pods' cgroups
   * @returns its owner
   */
  static async start(parts: Parts, cgroup: string): Promise<ContainerdRuntime> {
    const runtime = new ContainerdRuntime(parts, cgroup);
    await Deno.mkdir(`${HOME}/images`, { recursive: true });
    await Deno.writeTextFile(`${HOME}/containerd.toml`, containerdConfig(`${parts.base}/usr/sbin/runc`));
    const endpoint = `unix://${SOCKET}`;
    const crictl = `runtime-endpoint: ${endpoint}\nimage-endpoint: ${endpoint}\ntimeout: 60\n`;
    await Deno.writeTextFile(`${HOME}/crictl.yaml`, crictl);
    await run([IMAGES, `${parts.base}/bin/busybox`, `${HOME}/images`]);
    await runtime.restart();
    for (const image of ["pause", "tools"]) {
      await runtime.importImage(`${HOME}/images/${image}.tar`);
    }
    return runtime;
  }

  get pid(): number | null {
    return this.#daemon?.pid ?? null;
  }

  async run({ name, annotations }: PodSpec): Promise<RunningPod> {
    const pod = `${HOME}/${name}.json`;
    await Deno.writeTextFile(
      pod,
      JSON.stringify({
        metadata: { name, namespace: "default", uid: crypto.randomUUID() },
        log_directory: "/var/log/pods",
        annotations,
        linux: { cgroup_parent: this.cgroup },
      }),
    );
    const container = `${HOME}/${name}-iperf3.json`;
    await Deno.writeTextFile(
      container,
      JSON.stringify({
        metadata: { name: "iperf3" },
        image: { image: TOOLS_IMAGE },
        command: ["/usr/bin/iperf3", "--server"],
        log_path: `${name}.log`,
        linux: {},
      }),
    );
    const id = (await this.crictl("runp", pod)).trim();
    const created = await this.crictl("create", id, container, pod);
    await this.crictl("start", created.trim());
    return { name, ...await this.inspect(id) };
  }

  async stop({ id }: RunningPod): Promise<void> {
    await this.crictl("stopp", id);
  }

  async remove({ id }: RunningPod): Promise<void> {
    await this.crictl("rmp", id);
  }

  async loseNamespace({ netns }: RunningPod): Promise<void> {
    await run(["umount", "--lazy", netns]);
    await Deno.remove(netns);
  }

  async readList(mark: string): Promise<void> {
    const start = performance.now();
    while (!(await this.crictl("info")).includes(mark)) {
      if (performance.now() - start > LIST_PATIENCE_MS) {
        throw new RigError(`Failed to have list "${mark}" read`);
      }
      await pause(100);
    }
  }

  async restart(): Promise<void> {
    await this.#daemon?.ended();
    const daemon = [`${this.parts.containerd}/usr/bin/containerd`, "--config", `${HOME}/containerd.toml`];
    const path = `${this.parts.containerd}/usr/bin:${this.parts.base}/usr/sbin:${Deno.env.get("PATH")}`;
    this.#daemon = await Daemon.start(
      ["env", `PATH=${path}`, ...daemon],
      "/var/log/containerd.log",
      async () => {
        const pods = await outcomeOf([
          this.parts.crictl,
          "--config",
          `${HOME}/crictl.yaml`,
          "pods",
          "--quiet",
        ]);
        return pods.code === 0;
      },
    );
  }

  async clear(): Promise<void> {
    for (const id of (await this.crictl("pods", "--quiet")).split("\n").filter((line) => line !== "")) {
      await this.crictl("stopp", id);
      await this.crictl("rmp", id);
    }
  }

  /**
   * What a sandbox is.
   *
   * @param id its id
   * @returns its id, address and namespace
   */
  async inspect(id: string): Promise<Omit<RunningPod, "name">> {
    const { status, info } = JSON.parse(await this.crictl("inspectp", id)) as Inspected;
    const netns = info.runtimeSpec.linux.namespaces.find(({ type }) => type === "network")?.path;
    return { id, address: status.network?.ip ?? "", netns: netns ?? "" };
  }

  /** Takes the images of an archive in. @throws {RigError} if containerd refuses */
  async importImage(archive: string): Promise<void> {
    await run([...this.#ctr(), "-n", "k8s.io", "images", "import", archive]);
  }

  /**
   * Calls crictl.
   *
   * @param args its arguments
   * @returns what it said
   * @throws {RigError} if it fails
   */
  crictl(...args: string[]): Promise<string> {
    return run([this.parts.crictl, "--config", `${HOME}/crictl.yaml`, ...args]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon?.[Symbol.asyncDispose]();
  }

  #ctr(): string[] {
    return [`${this.parts.containerd}/usr/bin/ctr`, "--address", SOCKET];
  }
}
