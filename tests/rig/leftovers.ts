/** What natra has left on a node, wherever it could be, asked without anything of natra's. */
import { pause } from "./interruption.ts";
import { outcomeOf, RigError, run } from "./run.ts";
import { type Interface, look } from "./interface_state.ts";
import { OWN_TEMP } from "./own_node.ts";

/** Kinds of things that natra makes. */
export const KINDS = [
  "record",
  "pin",
  "link",
  "program",
  "map",
  "filter",
  "qdisc",
  "interface",
  "process",
  "temporary file",
] as const;
/** One of them. */
export type Kind = (typeof KINDS)[number];

/** What is there, by a name of each. */
export type Leftovers = Readonly<Record<Kind, readonly string[]>>;

/** More than a busy kernel needs to free BPF objects that nothing refers to any more, in milliseconds. */
export const FREEING_MS = 10_000;

const PINS = "/sys/fs/bpf/natra";
const RECORDS = "/run/natra";
/** What natra counts in: it stays. */
const OUTCOMES = `${RECORDS}/outcomes`;

/** BPF objects by their ids, which never come again. */
export interface Objects {
  readonly programs: ReadonlySet<number>;
  readonly maps: ReadonlySet<number>;
}

interface Shown {
  readonly id: number;
  readonly map_ids?: readonly number[];
  readonly pinned?: readonly string[];
}

/**
 * All BPF objects that anything on the node keeps alive for natra: whatever is pinned or attached, and what
 * that uses. An object that is neither can only be held by a process.
 *
 * @param interfaces where programs may be attached
 * @returns their ids
 */
export async function reachable(interfaces: readonly Interface[]): Promise<Objects> {
  const programs = new Set<number>();
  for (const one of interfaces) {
    for (const { id, name } of (await look(one)).programs) if (name.startsWith("natra")) programs.add(id);
  }
  const maps = new Set(
    (await objects("map")).filter(({ pinned }) => pinned?.some((path) => path.startsWith(PINS))).map((
      { id },
    ) => id),
  );
  for (const { id, map_ids = [] } of await objects("prog")) {
    if (!programs.has(id) && !map_ids.some((map) => maps.has(map))) continue;
    programs.add(id);
    for (const map of map_ids) maps.add(map);
  }
  return { programs, maps };
}

/**
 * Looks everywhere.
 *
 * @param interfaces those that are still there
 * @param known BPF objects that natra once had here
 * @param patience how long the kernel may take to free them, in milliseconds: it does so in its own time
 * @returns what is left
 */
export async function leftovers(
  interfaces: readonly Interface[],
  known: Objects,
  patience = 0,
): Promise<Leftovers> {
  const pins = await below(PINS);
  const end = performance.now() + patience;
  const alive = async (kind: "prog" | "map", ids: ReadonlySet<number>): Promise<string[]> => {
    for (;;) {
      const left = (await objects(kind)).filter(({ id }) => ids.has(id)).map(({ id }) => `${id}`);
      if (left.length === 0 || performance.now() >= end) return left;
      await pause(100);
    }
  };
  const found = {
    "record": (await below(RECORDS)).filter((path) => path.endsWith(".json")),
    "pin": pins.filter((path) => path !== PINS),
    "link": await links(known.programs),
    "program": await alive("prog", known.programs),
    "map": await alive("map", known.maps),
    "process": await processes(),
    "temporary file": [
      ...(await below(OWN_TEMP)).filter((path) => path !== OWN_TEMP),
      ...(await below(RECORDS)).filter((path) =>
        path !== RECORDS && path !== OUTCOMES && !path.endsWith(".json")
      ),
      ...(await below("/dev/shm")).filter((path) => path.includes("natra")),
    ],
  };
  const on = { filter: [] as string[], qdisc: [] as string[], interface: [] as string[] };
  for (const one of interfaces) await lookFor(one, on);
  return { ...found, ...on };
}

async function lookFor(
  one: Interface,
  on: { filter: string[]; qdisc: string[]; interface: string[] },
): Promise<void> {
  const where = `${[...one.enter, one.name].join(" ")}`;
  const { qdiscs, programs, gsoMaxSize } = await look(one);
  on.qdisc.push(...qdiscs.filter((line) => / 6e6[0-9a-f]: /.test(line)).map((line) => `${where}: ${line}`));
  on.filter.push(
    ...programs.filter(({ name }) => name.startsWith("natra")).map(({ place, name }) =>
      `${where}: ${place} ${name}`
    ),
  );
  // A clsact that nobody else's filter needs was natra's.
  const others = programs.some(({ name, place }) => !name.startsWith("natra") && place.includes("clsact"));
  if (!others && qdiscs.some((line) => line.startsWith("qdisc clsact "))) on.qdisc.push(`${where}: clsact`);
  if (gsoMaxSize !== 65536) on.interface.push(`${where}: its GSO limit is ${gsoMaxSize}`);
  const there = JSON.parse(await run([...one.enter, "ip", "-j", "link", "show"])) as { ifname: string }[];
  const ours = there.map(({ ifname }) => ifname).filter((name) => name.startsWith("natra-"));
  on.interface.push(...ours.map((name) => `${where}: ${name}`));
}

async function objects(kind: "prog" | "map"): Promise<Shown[]> {
  return JSON.parse(await run(["bpftool", "-j", "-f", kind, "show"])) as Shown[];
}

async function links(programs: ReadonlySet<number>): Promise<string[]> {
  // bpftool gives up if one of the machine's links, perhaps a foreign one, ends while it walks over them.
  for (let tries = 1;; tries++) {
    const { code, stdout, stderr } = await outcomeOf(["bpftool", "-j", "link", "show"]);
    if (code === 0) {
      const shown = JSON.parse(stdout) as { id: number; prog_id: number }[];
      return shown.filter(({ prog_id }) => programs.has(prog_id)).map(({ id }) => `${id}`);
    }
    if (tries === 20) throw new RigError(`Failed to list BPF links: "${stderr.trim()}"`);
    await pause(50);
  }
}

async function processes(): Promise<string[]> {
  const found = await Array.fromAsync(Deno.readDir("/proc"), ({ name }) => name);
  return found.filter((name) => /^[0-9]+$/.test(name)).flatMap((pid) => {
    try {
      const path = Deno.readLinkSync(`/proc/${pid}/exe`);
      return /\/natra(\.real)?$/.test(path) ? [`${pid} ${path}`] : [];
    } catch { // a kernel's, or one that has just ended
      return [];
    }
  });
}

async function below(directory: string): Promise<string[]> {
  const { stdout } = await outcomeOf(["find", directory]);
  return stdout.split("\n").filter((path) => path !== "");
}
