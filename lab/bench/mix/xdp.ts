/**
 * What XDP can do for a limit on a veth, to be compared: it sees packets as they arrive at the other end, and
 * can drop them.
 */
import type { Limit, Limiter } from "../../../tests/rig/limiter.ts";
import type { Namespace } from "../../../tests/rig/namespace.ts";
import { HOST_VETH, type Pod, POD_INTERFACE } from "../../../tests/rig/pod.ts";
import { compileOnce } from "../../../tests/rig/tools.ts";

const SOURCE = new URL("./xdp.bpf.c", import.meta.url).pathname;
const TARGET = new URL("../../../build/bench/xdp", import.meta.url).pathname;
/** Of the rate, in seconds: natra's own default. */
const BURST_SECONDS = 0.04;

/**
 * A policer at the XDP hooks of both ends: of the pod's for what it receives, of the node's for what it
 * sends.
 */
export const xdpLimiter: Limiter = {
  name: "XDP policer",
  async limit(pod: Pod, rate: number): Promise<Limit> {
    const program = await compile(rate);
    const ends: readonly (readonly [Namespace, string])[] = [[pod.pod, POD_INTERFACE], [pod.node, HOST_VETH]];
    await using undo = new AsyncDisposableStack();
    for (const [namespace, name] of ends) {
      await namespace.run(["ip", "link", "set", "dev", name, "xdpdrv", "object", program, "section", "xdp"]);
      undo.defer(async () => {
        await namespace.run(["ip", "link", "set", "dev", name, "xdpdrv", "off"], { cleanup: true });
      });
    }
    const owned = undo.move();
    return { stderr: "", [Symbol.asyncDispose]: () => owned.disposeAsync() };
  },
};

/** @param rate bits per second @returns the object for it */
function compile(rate: number): Promise<string> {
  const bytes = Math.round(rate / 8), burst = Math.round(bytes * BURST_SECONDS);
  // clang for BPF does not know Debian's directory of this architecture, where asm/types.h is.
  const include = `-I/usr/include/${Deno.build.arch}-linux-gnu`;
  return compileOnce({
    sources: [SOURCE],
    target: `${TARGET}-${rate}`,
    command: (output) => [
      ...["clang", "-O2", "-g", "-target", "bpf", "-mcpu=v2", "-Wall", "-Werror", include],
      ...[`-DRATE=${bytes}ULL`, `-DBURST=${burst}ULL`, "-c", SOURCE, "-o", output],
    ],
  });
}
