/** What the kernel itself takes: for attaching, and of memory. */
import { HOST_VETH, type Pod, POD_INTERFACE } from "../../../tests/rig/pod.ts";
import { RigError } from "../../../tests/rig/run.ts";
import type { Namespace } from "../../../tests/rig/namespace.ts";

/**
 * How long the kernel takes to attach to the tcx hooks that natra uses on a pod: both of the node's end, and
 * the egress hook of the pod's.
 *
 * @param tcx path of the measuring program
 * @param pod a fresh pod: the first program on an interface costs more than the next
 * @returns milliseconds
 */
export async function measureAttaching(tcx: string, pod: Pod): Promise<number> {
  const attach = async (namespace: Namespace, hooks: readonly string[]): Promise<number> =>
    (JSON.parse(await namespace.run([tcx, ...hooks])) as { attach: number }).attach;
  const outside = await attach(pod.node, [HOST_VETH, "egress", HOST_VETH, "ingress"]);
  return outside + await attach(pod.pod, [POD_INTERFACE, "egress"]);
}

/** A map that a program uses. */
export interface MapMemory {
  readonly name: string;
  readonly type: string;
  /** Bytes of kernel memory. */
  readonly bytes: number;
}

/**
 * The memory of all maps that the programs of one direction use, the unpinned ones too. They are found
 * through the clsact filters, because older bpftools do not show tcx links.
 *
 * @param pod limited with clsact
 * @param direction as the pod sees it
 * @returns the maps, each once
 */
export async function measureMaps(pod: Pod, direction: "ingress" | "egress"): Promise<MapMemory[]> {
  const programs = direction === "ingress" ? await programsOn(pod.node, HOST_VETH, "egress") : [
    ...await programsOn(pod.pod, POD_INTERFACE, "egress"),
    ...await programsOn(pod.node, HOST_VETH, "ingress"),
  ];
  const ids = new Set<number>();
  for (const program of programs) {
    const { map_ids = [] } = await bpftool<{ map_ids?: number[] }>(pod, "prog", program);
    for (const id of map_ids) ids.add(id);
  }
  const maps: MapMemory[] = [];
  for (const id of ids) {
    const map = await bpftool<{ name: string; type: string; bytes_memlock: number }>(pod, "map", id);
    maps.push({ name: map.name, type: map.type, bytes: map.bytes_memlock });
  }
  return maps;
}

async function programsOn(namespace: Namespace, link: string, hook: string): Promise<number[]> {
  const shown = JSON.parse(await namespace.run(["tc", "-j", "filter", "show", "dev", link, hook])) as {
    options?: { prog?: { id: number } };
  }[];
  const ids = shown.flatMap(({ options }) => options?.prog ? [options.prog.id] : []);
  if (ids.length === 0) throw new RigError(`Failed to find a program on the ${hook} hook of "${link}"`);
  return ids;
}

async function bpftool<T>(pod: Pod, kind: "prog" | "map", id: number): Promise<T> {
  return JSON.parse(await pod.node.run(["bpftool", "-j", kind, "show", "id", `${id}`])) as T;
}
