/** The peer: the bandwidth plugin of containernetworking/plugins, built once from its own source. */
import { type PluginLimiter, pluginLimiter } from "./limiter.ts";
import { outcomeOf } from "./run.ts";

const VERSION = "v1.9.1";
const MODULE = "github.com/containernetworking/plugins/plugins/meta/bandwidth";
/** Seconds of the rate that may go out at once: short enough that the worst second is not the burst's. */
const BURST_SECONDS = 0.02;
/** What containerd sends as the burst, in bits, when nobody chose one. */
export const NOBODYS_BURST = 4294967295;

/** The peer, or why it cannot be had. */
export type Peer = { readonly limiter: PluginLimiter } | { readonly missing: string };

/**
 * Finds the bandwidth plugin, or builds it with Go.
 *
 * @param cache directory that keeps it
 * @param burst bits that may go out at once; default: 20 ms of the rate
 * @returns a limiter, or a sentence that says why there is none
 */
export async function prepareBandwidthPlugin(cache: string, burst?: number): Promise<Peer> {
  const directory = `${cache}/bandwidth-${VERSION}`;
  const binary = `${directory}/bandwidth`;
  if (!await Deno.stat(binary).then(() => true, () => false)) {
    const env = { ...Deno.env.toObject(), GOBIN: directory, CGO_ENABLED: "0" };
    try {
      const { code, stderr } = await outcomeOf(["go", "install", "-trimpath", `${MODULE}@${VERSION}`], {
        env,
      });
      if (code !== 0) return { missing: `Go failed to build it: "${stderr.trim().split("\n").at(-1)}"` };
    } catch (error) {
      if (error instanceof Error && error.cause instanceof Deno.errors.NotFound) {
        return { missing: "Go, which builds it, is not installed" };
      }
      throw error;
    }
  }
  return { limiter: bandwidthLimiter(binary, burst) };
}

/**
 * The bandwidth plugin as a limiter.
 *
 * @param binary path of its executable
 * @param burst bits that may go out at once; default: 20 ms of the rate
 * @returns the limiter
 */
export function bandwidthLimiter(binary: string, burst?: number): PluginLimiter {
  return pluginLimiter({
    name: burst === undefined ? "bandwidth plugin" : `bandwidth plugin, burst ${burst}`,
    binary,
    conf: (rate) => {
      const bits = burst ?? Math.ceil(rate * BURST_SECONDS);
      return {
        cniVersion: "1.0.0",
        name: "natra-rig",
        type: "bandwidth",
        ...{ ingressRate: rate, ingressBurst: bits, egressRate: rate, egressBurst: bits },
      };
    },
  });
}
