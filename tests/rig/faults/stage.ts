/** A pod in a room, natra called for it with something going wrong, and what is left of it. */
import type { CniCommand, JsonObject } from "../cni.ts";
import { HOST_VETH, POD_INTERFACE } from "../pod.ts";
import type { Outcome } from "../run.ts";
import { type Answer, NATRA, Scene } from "../scene.ts";
import { compileInjector, type Fault, injected } from "./injector.ts";
import { Room } from "./room.ts";

/** How natra ended, and which native calls it made. */
export interface Watched extends Answer {
  /** The calls' names in their order. */
  readonly calls: readonly string[];
  /** Whether the fault came to pass. */
  readonly struck: boolean;
}

/**
 * What is on both ends of the veth, and what is pinned and recorded, line by line; outcomes are counted in
 * any case.
 */
const LOOK = `
  find /sys/fs/bpf/natra /run/natra -mindepth 1 ! -path /run/natra/outcomes 2>/dev/null || true
  look='tc qdisc show; tc class show dev "$1"
    tc filter show dev "$1" ingress; tc filter show dev "$1" egress; ip -d -o link show'
  nsenter --net="$1" -- sh -c "$look" sh "$2"
  nsenter --net="$3" -- sh -c "$look" sh "$4"`;

/** A pod, its room, and the injector. */
export class Stage implements AsyncDisposable {
  private constructor(
    readonly scene: Scene,
    readonly room: Room,
    readonly injector: string,
    readonly owned: AsyncDisposable,
  ) {}

  /** Makes a pod that has no limit yet, in a room of its own. */
  static async create(): Promise<Stage> {
    await using owned = new AsyncDisposableStack();
    const injector = await compileInjector();
    const scene = owned.use(await Scene.create());
    const room = owned.use(await Room.create());
    return new Stage(scene, room, injector, owned.move());
  }

  /**
   * Calls natra in the room.
   *
   * @param command CNI_COMMAND
   * @param conf keys of the configuration beside the ordinary ones
   * @param fault what goes wrong
   * @param around a command line to put before natra's
   */
  async call(
    command: CniCommand,
    conf: JsonObject = {},
    fault: Fault | null = null,
    around: readonly string[] = [],
  ): Promise<Watched> {
    const log = `${this.scene.directory}/calls`;
    const wrap = [...this.room.enter, ...around, ...injected(this.injector, log, fault)];
    const answer = await this.scene.call(command, { conf, wrap });
    const lines = (await Deno.readTextFile(log).catch(() => "")).split("\n").filter((line) => line !== "");
    await Deno.remove(log).catch(() => {});
    return { ...answer, calls: lines.filter((line) => line !== "!"), struck: lines.includes("!") };
  }

  /** Calls natra's tool in the room. */
  tool(...args: readonly string[]): Promise<Outcome> {
    return this.scene.pod.node.outcomeOf([...this.room.enter, NATRA, ...args]);
  }

  /** What is there now, without what changes by itself: counters and ids. */
  async look(): Promise<string[]> {
    const { node, pod } = this.scene.pod;
    const text = await this.room.sh(LOOK, node.path, HOST_VETH, pod.path, POD_INTERFACE);
    return text
      .replace(/ (refcnt|direct_packets_stat|id) \d+/g, "")
      .replace(/:\[\d+\]/g, "")
      .split("\n").map((line) => line.trim()).filter((line) => line !== "").sort();
  }

  /** The answer that an ADD must give, whatever happens: one line, the previous result. */
  get prevResult(): string {
    return `${JSON.stringify(this.scene.pod.prevResult)}\n`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.owned[Symbol.asyncDispose]();
  }
}
