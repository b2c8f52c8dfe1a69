/** What the kernel and the file systems say, asked without anything of natra's. */
import type { Namespace } from "./namespace.ts";
import { HOST_VETH, POD_INTERFACE } from "./pod.ts";
import { outcomeOf, run } from "./run.ts";
import { pause } from "./interruption.ts";
import { programs } from "./programs.ts";
import type { Scene } from "./scene.ts";

/** A program on a hook. */
export interface Attached {
  /** `tcx`, or `clsact PRIORITY HANDLE`. */
  readonly how: string;
  readonly name: string;
  readonly id: number;
}

/** One end of a veth, without its counters. */
export interface Device {
  /** `kind handle`, parents and options, as tc prints them. */
  readonly qdiscs: readonly string[];
  readonly classes: readonly string[];
  readonly ingress: readonly Attached[];
  readonly egress: readonly Attached[];
  readonly gsoMaxSize: number;
}

/** Both ends of a pod's veth. */
export interface Ends {
  readonly host: Device;
  readonly pod: Device;
}

/** What is on both ends of the pod's veth now. */
export async function ends(scene: Scene, host = HOST_VETH, pod = POD_INTERFACE): Promise<Ends> {
  return { host: await device(scene.pod.node, host), pod: await device(scene.pod.pod, pod) };
}

/**
 * What is on both ends once the kernel has done what it was asked to: it detaches a tcx program a moment
 * after its pin is gone.
 *
 * @param count how many of natra's programs are to be there; waits for that, but not for ever
 */
export async function settled(scene: Scene, count = 0): Promise<Ends> {
  for (let tries = 0;; tries++) {
    const now = await ends(scene);
    const hooks = [now.host.ingress, now.host.egress, now.pod.ingress, now.pod.egress].flat();
    if (tries === 600 || hooks.filter(({ name }) => name.startsWith("natra_")).length === count) return now;
    await pause(50);
  }
}

/** What is on one interface now. */
export async function device(namespace: Namespace, name: string): Promise<Device> {
  const { neighbour } = await programs();
  const text = await namespace.run([
    "sh",
    "-ec",
    `
    tc qdisc show dev "$2"; echo ---; tc class show dev "$2"; echo ---
    tc -j filter show dev "$2" ingress; echo ---; tc -j filter show dev "$2" egress; echo ---
    "$1" query "$2"; echo ---
    ip -d -j link show "$2"`,
    "sh",
    neighbour,
    name,
  ]);
  const [qdiscs = "", classes = "", inFilters = "", outFilters = "", tcx = "", link = ""] = text.split(
    "---\n",
  );
  const hooks = JSON.parse(tcx) as Readonly<Record<"ingress" | "egress", readonly Omit<Attached, "how">[]>>;
  const onTcx = (hook: "ingress" | "egress"): Attached[] => hooks[hook].map((p) => ({ how: "tcx", ...p }));
  const [shown] = JSON.parse(link) as [{ gso_max_size: number }];
  return {
    qdiscs: lines(qdiscs),
    classes: lines(classes),
    ingress: [...onTcx("ingress"), ...filters(inFilters)],
    egress: [...onTcx("egress"), ...filters(outFilters)],
    gsoMaxSize: shown.gso_max_size,
  };
}

function lines(text: string): string[] {
  const steady = text.replace(/ (refcnt|direct_packets_stat) \d+/g, "");
  return steady.split("\n").map((line) => line.trim()).filter((line) => line !== "").sort();
}

function filters(json: string): Attached[] {
  const shown = JSON.parse(json) as {
    pref: number;
    options?: { handle?: string; prog?: { name: string; id: number } };
  }[];
  return shown.flatMap(({ pref, options }) =>
    options?.prog === undefined
      ? []
      : [{ how: `clsact ${pref} ${options.handle}`, name: options.prog.name, id: options.prog.id }]
  );
}

/** A device's programs without their ids: `how name`. */
export function named(attached: readonly Attached[]): string[] {
  return attached.map(({ how, name }) => `${how} ${name}`);
}

/** Both ends in a form that two limits of the same pod have in common: without programs' ids. */
export function withoutIds({ host, pod }: Ends): unknown {
  const strip = (one: Device): unknown => ({
    ...one,
    ingress: named(one.ingress),
    egress: named(one.egress),
  });
  return { host: strip(host), pod: strip(pod) };
}

/** Every path that natra keeps for a container: pins and records. */
export async function kept(containerId: string): Promise<string[]> {
  const { stdout } = await outcomeOf(["find", `/sys/fs/bpf/natra/${pinned(containerId)}`, "-mindepth", "1"]);
  const records = await outcomeOf(["find", "/run/natra", "-name", `*${containerId}*`]);
  return `${stdout}${records.stdout}`.split("\n").filter((path) => path !== "").sort();
}

/** bpffs takes no dots. */
function pinned(containerId: string): string {
  return containerId.replaceAll(".", "%2e");
}

/** The directory of a container's pins for the pod's interface. */
export function pinsOf(scene: Scene): string {
  return `/sys/fs/bpf/natra/${scene.pod.containerId}/${POD_INTERFACE}`;
}

/** The file of a container's record for the pod's interface. */
export function recordOf(scene: Scene): string {
  return `/run/natra/${scene.pod.containerId}-${POD_INTERFACE}.json`;
}

/** Permission bits of a path, as chmod takes them. */
export async function modeOf(path: string): Promise<string> {
  const { mode } = await Deno.lstat(path);
  return ((mode ?? 0) & 0o7777).toString(8);
}

/** How many entries a pinned map has room for. */
export async function entriesOf(pin: string): Promise<number> {
  const shown = JSON.parse(await run(["bpftool", "-j", "map", "show", "pinned", pin])) as {
    max_entries: number;
  };
  return shown.max_entries;
}

/** Whether the kernel still has a program; waits a little, because it frees them in its own time. */
export async function isFreed(programId: number): Promise<boolean> {
  for (let tries = 0; tries < 600; tries++) {
    if ((await outcomeOf(["bpftool", "prog", "show", "id", `${programId}`])).code !== 0) return true;
    await pause(50);
  }
  return false;
}
