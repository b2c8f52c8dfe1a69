/** The peer: the bandwidth plugin of containernetworking/plugins, built once from its own source. */
import { type Limiter, pluginLimiter } from "./limiter.ts";
import { outcomeOf } from "./run.ts";

const VERSION = "v1.9.1";
const MODULE = "github.com/containernetworking/plugins/plugins/meta/bandwidth";
/** Seconds of the rate that may go out at once: short enough that the worst second is not the burst's. */
const BURST_SECONDS = 0.02;

/** The peer, or why it cannot be had. */
export type Peer = { readonly limiter: Limiter } | { readonly missing: string };

/**
 * Finds the bandwidth plugin, or builds it with Go.
 *
 * @param cache directory that keeps it
 * @returns a limiter, or a sentence that says why there is none
 */
export async function prepareBandwidthPlugin(cache: string): Promise<Peer> {
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
  return { limiter: bandwidthLimiter(binary) };
}

function bandwidthLimiter(binary: string): Limiter {
  return pluginLimiter({
    name: "bandwidth plugin",
    binary,
    conf: (rate) => {
      const burst = Math.ceil(rate * BURST_SECONDS); // bits
      return {
        cniVersion: "1.0.0",
        name: "natra-rig",
        type: "bandwidth",
        ...{ ingressRate: rate, ingressBurst: burst, egressRate: rate, egressBurst: burst },
      };
    },
  });
}
