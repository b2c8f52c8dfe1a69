/** Whatever holds a pod to a rate: a chained CNI plugin, called like a runtime calls it. */
import { callCni, type JsonObject } from "./cni.ts";
import type { Pod } from "./pod.ts";
import { RigError } from "./run.ts";

/** Something that can hold a pod to a rate. */
export interface Limiter {
  readonly name: string;
  /**
   * Limits a pod in both directions.
   *
   * @param pod which
   * @param rate bits per second
   * @returns the limit; disposing of it lifts it
   */
  limit(pod: Pod, rate: number): Promise<Limit>;
}

/** A pod's limit. */
export interface Limit extends AsyncDisposable {
  /** What the plugin had to say while it set the limit. */
  readonly stderr: string;
}

/** A chained plugin to be used as a limiter. */
export interface PluginSpec {
  readonly name: string;
  /** Path of its executable. */
  readonly binary: string;
  /**
   * @param rate bits per second
   * @returns its network configuration, without prevResult
   */
  conf(rate: number): JsonObject;
}

/** A limiter that is a chained plugin, with what it is made of. */
export interface PluginLimiter extends Limiter {
  readonly spec: PluginSpec;
}

/**
 * Makes a limiter of a chained plugin: ADD sets the limit, DEL lifts it.
 *
 * @param spec the plugin
 * @returns the limiter
 */
export function pluginLimiter(spec: PluginSpec): PluginLimiter {
  const { name, binary } = spec;
  return {
    name,
    spec,
    async limit(pod: Pod, rate: number): Promise<Limit> {
      const conf = spec.conf(rate);
      const lift = async (): Promise<void> => {
        const { code, stdout, stderr } = await callCni(pod, binary, "DEL", { conf, cleanup: true });
        if (code !== 0) {
          throw new RigError(`Failed to lift the limit of "${name}": exit ${code}, "${stdout}${stderr}"`);
        }
      };
      try {
        const { code, stdout, stderr, result } = await callCni(pod, binary, "ADD", { conf });
        if (code !== 0) {
          throw new RigError(`Failed to limit with "${name}": exit ${code}, "${stdout}${stderr}"`);
        }
        if (result === null) {
          throw new RigError(`Failed to limit with "${name}": its answer "${stdout}" is no JSON`);
        }
        return { stderr, [Symbol.asyncDispose]: lift };
      } catch (error) {
        // As a runtime does: a failed ADD is followed by a DEL, whatever becomes of that.
        await lift().catch(() => {});
        throw error;
      }
    },
  };
}

/**
 * natra, asked through a pod's annotations.
 *
 * @param binary path of its executable
 * @param logFile where it writes its log
 * @param overrides further keys of its network configuration, such as `attach` or `pacer`
 * @returns the limiter
 */
export function natraLimiter(binary: string, logFile: string, overrides: JsonObject = {}): PluginLimiter {
  return pluginLimiter({
    name: "natra",
    binary,
    conf: (rate) => ({
      cniVersion: "1.0.0",
      name: "natra-rig",
      type: "natra",
      capabilities: { "io.kubernetes.cri.pod-annotations": true },
      runtimeConfig: {
        "io.kubernetes.cri.pod-annotations": {
          "kubernetes.io/ingress-bandwidth": `${rate}`,
          "kubernetes.io/egress-bandwidth": `${rate}`,
        },
      },
      logFile,
      ...overrides,
    }),
  });
}
