/** A pod to limit, and natra called for it as a runtime calls it. */
import type { CniCommand, JsonObject } from "./cni.ts";
import { Pod, POD_INTERFACE } from "./pod.ts";
import type { Outcome } from "./run.ts";
import type { Wrap } from "./surroundings.ts";

/** The executable under test. */
export const NATRA: string = new URL("../../build/natra", import.meta.url).pathname;

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const ANNOTATIONS = "io.kubernetes.cri.pod-annotations";

/** What a call says otherwise than an ordinary one for this pod. */
export interface Call {
  /** Keys of the configuration beside the ordinary ones. */
  readonly conf?: JsonObject;
  /** All of stdin, instead of a configuration. */
  readonly stdin?: string;
  /** Variables beside the ordinary ones; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What is around natra. */
  readonly wrap?: Wrap;
}

/** How natra ended. */
export interface Answer extends Outcome {
  /** Its stdout as JSON; undefined if it is none. */
  readonly answer: unknown;
}

/** A line of natra's log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  /** The line as it was written. */
  readonly text: string;
}

/** The annotations of a pod that is to be held to the same both ways. */
export function annotations(
  ingress: string | null,
  egress: string | null,
  prefix = "kubernetes.io",
): JsonObject {
  const both = { [`${prefix}/ingress-bandwidth`]: ingress, [`${prefix}/egress-bandwidth`]: egress };
  return Object.fromEntries(Object.entries(both).filter(([, value]) => value !== null));
}

/** The configuration's part that carries a pod's annotations. */
export function annotated(values: JsonObject): JsonObject {
  return { runtimeConfig: { [ANNOTATIONS]: values } };
}

/** A pod, a log file, and a way to call natra. Disposing of it lifts every limit that was asked for. */
export class Scene implements AsyncDisposable {
  /** Containers that natra was called for, with their interfaces. */
  readonly #known = new Map<string, Readonly<Record<string, string>>>();

  private constructor(readonly pod: Pod, readonly directory: string, readonly owned: AsyncDisposable) {}

  /** Makes a pod that has no limit yet. */
  static async create(): Promise<Scene> {
    await using owned = new AsyncDisposableStack();
    const directory = await Deno.makeTempDir({ prefix: "natra-e2e-" });
    owned.defer(() => Deno.remove(directory, { recursive: true }));
    const pod = owned.use(await Pod.create());
    return new Scene(pod, directory, owned.move());
  }

  /** The log file in natra's configuration. */
  get logFile(): string {
    return `${this.directory}/natra.log`;
  }

  /** The ordinary configuration: 10M both ways by annotation. */
  conf(more: JsonObject = {}): JsonObject {
    return {
      cniVersion: "1.0.0",
      name: "e2e",
      type: "natra",
      prevResult: this.pod.prevResult,
      logFile: this.logFile,
      ...annotated(annotations("10M", "10M")),
      ...more,
    };
  }

  /**
   * Calls natra on the pod's node.
   *
   * @param command CNI_COMMAND
   * @param call what is not ordinary
   * @returns how it ended; a failure is an outcome, not an error
   */
  async call(command: CniCommand, call: Call = {}): Promise<Answer> {
    const ordinary: Record<string, string | undefined> = {
      PATH,
      CNI_COMMAND: command,
      CNI_CONTAINERID: this.pod.containerId,
      CNI_NETNS: this.pod.pod.path,
      CNI_IFNAME: POD_INTERFACE,
      CNI_ARGS: "",
      CNI_PATH: "/opt/cni/bin",
      ...call.env,
    };
    const env = Object.fromEntries(
      Object.entries(ordinary).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const]
      ),
    );
    if (command === "ADD") this.#known.set(`${env["CNI_CONTAINERID"]} ${env["CNI_IFNAME"]}`, env);
    const stdin = call.stdin ?? JSON.stringify(this.conf(call.conf));
    const outcome = await this.pod.node.outcomeOf([...call.wrap ?? [], NATRA], { stdin, env });
    return { ...outcome, answer: parse(outcome.stdout) };
  }

  /** Calls natra by hand on the pod's node. */
  tool(...args: string[]): Promise<Outcome> {
    return this.pod.node.outcomeOf([NATRA, ...args]);
  }

  /** Removes the log file. */
  async clearLog(): Promise<void> {
    await Deno.remove(this.logFile).catch(() => {});
  }

  /** What natra wrote to its log file so far. */
  async log(): Promise<LogLine[]> {
    const text = await Deno.readTextFile(this.logFile).catch((error: unknown) => {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    });
    return text.split("\n").filter((line) => line !== "").map((line) => ({
      ...JSON.parse(line),
      text: line,
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const env of this.#known.values()) {
      await this.pod.node.outcomeOf([NATRA], {
        stdin: JSON.stringify(this.conf()),
        env: { ...env, CNI_COMMAND: "DEL" },
        cleanup: true,
      });
    }
    await this.owned[Symbol.asyncDispose]();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
