/** The wire-byte meter of meter.bpf.c at a receiving interface. It lives as long as the interface does. */
import type { Namespace } from "./namespace.ts";
import { RigError } from "./run.ts";
import { cutWindow, type Series, SLOT_SECONDS } from "./series.ts";
import type { Tools } from "./tools.ts";

/** Behind every filter that a plugin under test may have put there. */
const PREFERENCE = 60000;

/** A meter that counts. */
export class Meter {
  private constructor(readonly namespace: Namespace, readonly mapId: number) {}

  /**
   * Attaches a meter to an interface's ingress, with tc and nothing of natra's own.
   *
   * @param tools where the meter's object is
   * @param namespace where the interface is
   * @param link the interface
   * @returns the meter, counting
   * @throws {RigError} if the kernel or tc refuses it
   */
  static async attach(tools: Tools, namespace: Namespace, link: string): Promise<Meter> {
    const qdiscs = await namespace.run(["tc", "qdisc", "show", "dev", link]);
    if (!qdiscs.includes("clsact")) await namespace.run(["tc", "qdisc", "add", "dev", link, "clsact"]);
    const hook = ["dev", link, "ingress"];
    const filter = ["bpf", "da", "obj", tools.meter, "sec", "tc"];
    await namespace.run(["tc", "filter", "add", ...hook, "pref", `${PREFERENCE}`, "handle", "1", ...filter]);
    return new Meter(namespace, await mapIdOf(namespace, hook));
  }

  /**
   * Reads what was counted in a window.
   *
   * @param from first slot, as {@linkcode slotNow} gives it
   * @param to slot after the last
   * @returns bytes per slot
   */
  async read(from: number, to: number): Promise<Series> {
    const key = ["key", "0", "0", "0", "0"];
    const entry = await this.namespace.run(["bpftool", "-j", "map", "lookup", "id", `${this.mapId}`, ...key]);
    const { value } = JSON.parse(entry) as { value: string[] };
    const bytes = Uint8Array.from(value, (hex) => parseInt(hex, 16));
    return cutWindow(new BigUint64Array(bytes.buffer), from, to);
  }
}

/**
 * The slot that packets are counted into now. /proc/uptime shows the same clock as the meter uses, to the
 * same 10 ms.
 *
 * @returns the slot's number
 */
export function slotNow(): number {
  const [uptime = ""] = Deno.readTextFileSync("/proc/uptime").split(" ");
  return Math.round(Number(uptime) / SLOT_SECONDS);
}

async function mapIdOf(namespace: Namespace, hook: readonly string[]): Promise<number> {
  const filters = JSON.parse(await namespace.run(["tc", "-j", "filter", "show", ...hook])) as {
    pref: number;
    options?: { prog?: { id: number } };
  }[];
  const program = filters.find(({ pref, options }) => pref === PREFERENCE && options?.prog)?.options?.prog
    ?.id;
  if (program === undefined) throw new RigError(`Failed to find the meter on "${hook.join(" ")}"`);
  const shown = await namespace.run(["bpftool", "-j", "prog", "show", "id", `${program}`]);
  const { map_ids: [map] } = JSON.parse(shown) as { map_ids: number[] };
  if (map === undefined) throw new RigError(`Failed to find the map of the meter on "${hook.join(" ")}"`);
  return map;
}
