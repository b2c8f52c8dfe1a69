/**
 * What keeps this machine from doing in time what a test asks of it: a hypervisor takes its processors away,
 * or other processes use them. HTB keeps a credit of 2 ms; what its timers are later than that is lost to the
 * pod, as it would be with any shaper. So a least is asked for only while the machine is there. A cap needs
 * none of this: no packet is faster for having waited.
 */
import { say } from "./cli.ts";

/** What /proc counts processor time in, in seconds: USER_HZ, a constant of the kernel's interface. */
const TICK_SECONDS = 0.01;
const NANOSECOND = 1e-9;

/** Above these, figures say more of the host than of the limit. In seconds per second. */
const MAX_STOLEN = 0.01;
const MAX_OTHERS = 0.1;
const MAX_WAITED = 0.02;

/** What the host did meanwhile, in seconds per second. */
export interface HostLoad {
  /**
   * For how long a hypervisor took processors away, all of them together; 0 on a machine that is not virtual.
   */
  readonly stolen: number;
  /** For how long processes used processors that are neither ours nor the kernel's. */
  readonly others: number;
  /**
   * For how long our processes and those for softirqs were ready to run and had no processor, all of them
   * together.
   */
  readonly waited: number;
}

/** A moment of the machine. */
interface Moment {
  readonly ms: number;
  readonly stolen: number;
  /** Processor time of all processes, ours and the kernel's included. */
  readonly used: number;
  /** By process: ours and the kernel's. */
  readonly own: ReadonlyMap<number, Own>;
}

interface Own {
  /** Processor time of the process and of its children that have ended. */
  readonly used: number;
  readonly waited: number;
}

/** Watches the machine from its making on. */
export class HostWatch {
  readonly #begin = look();

  load(): HostLoad {
    const begin = this.#begin, end = look();
    const seconds = (end.ms - begin.ms) / 1000;
    let ours = 0, waited = 0;
    for (const [pid, now] of end.own) {
      const before = begin.own.get(pid);
      ours += now.used - (before?.used ?? 0);
      waited += now.waited - (before?.waited ?? 0);
    }
    return {
      stolen: (end.stolen - begin.stolen) / seconds,
      others: Math.max(0, end.used - begin.used - ours) / seconds,
      waited: waited / seconds,
    };
  }
}

/**
 * A lower bound, as far as the machine was there to reach it.
 *
 * @param least what is asked of a machine that is there, in whatever unit
 * @returns `least`, or 0 on a busy machine, which is said on stderr
 */
export function leastWhile(least: number, load: HostLoad): number {
  const note = busyNote(load);
  if (note === null) return least;
  say(`${note}: not asked for at least ${least}\n`);
  return 0;
}

/** Says what kept the machine busy, where that is so much that figures tell of the host; else null. */
export function busyNote({ stolen, others, waited }: HostLoad): string | null {
  if (stolen > MAX_STOLEN) return `the host took ${percent(stolen)} of a processor`;
  return others > MAX_OTHERS && waited > MAX_WAITED
    ? `others used ${percent(others)} of a processor, and ours waited for one ${percent(waited)} of the time`
    : null;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

function look(): Moment {
  const { used, stolen } = parseStat(Deno.readTextFileSync("/proc/stat"));
  const processes = [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => pid > 0)
    .flatMap((pid) => parseProcess(pid, readIfThere(`/proc/${pid}/stat`)));
  const own = new Map(
    ourProcesses(processes, Deno.pid).map(({ pid, isKernels, used }) => {
      // Of the kernel's own, only what softirqs wait for delays packets.
      const waits = !isKernels || readIfThere(`/proc/${pid}/comm`).startsWith("ksoftirqd/");
      return [pid, { used, waited: waits ? waitedOf(pid) : 0 }];
    }),
  );
  return { ms: performance.now(), used, stolen, own };
}

/**
 * Reads what all processors did since boot.
 *
 * @param stat text of /proc/stat
 * @returns seconds: of processes, and stolen
 * @throws {Error} if it says nothing of that
 */
export function parseStat(stat: string): { used: number; stolen: number } {
  const ticks = /^cpu +((?:\d+ ){7}\d+)/m.exec(stat)?.[1]?.split(" ").map(Number);
  const [user = NaN, nice = NaN, system = NaN, , , , , stolen = NaN] = ticks ?? [];
  if (Number.isNaN(stolen)) throw new Error("/proc/stat does not say what was stolen");
  return { used: (user + nice + system) * TICK_SECONDS, stolen: stolen * TICK_SECONDS };
}

/** A process, as far as it is looked at. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** Processor time in seconds, with that of its children that have ended. */
  readonly used: number;
}

/** Reads /proc/PID/stat. @returns none if the process is gone */
export function parseProcess(pid: number, stat: string): Process[] {
  const [, name, rest] = /\((.*)\) . (.*)/s.exec(stat) ?? [];
  if (name === undefined || rest === undefined) return [];
  const fields = rest.split(" ").map(Number);
  const ticks = fields.slice(10, 14).reduce((sum, one) => sum + one, 0); // utime, stime, cutime, cstime
  return [{ pid, parent: fields[0] ?? 0, name, used: ticks * TICK_SECONDS }];
}

const KTHREADD = 2;

/** A process whose time is not that of others: it is the kernel's, ours, or one that descends from us. */
export type Ours = Process & { readonly isKernels: boolean };

/**
 * Finds our processes and the kernel's. Where the kernel's cannot be seen, this is a process namespace of our
 * own, and all are ours.
 *
 * @param us our process
 */
export function ourProcesses(all: readonly Process[], us: number): Ours[] {
  const isKernels = ({ pid, parent }: Process): boolean => pid === KTHREADD || parent === KTHREADD;
  const hasKernel = all.some(({ pid, name }) => pid === KTHREADD && name === "kthreadd");
  if (!hasKernel) return all.map((one) => ({ ...one, isKernels: false }));
  const children = Map.groupBy(all, ({ parent }) => parent);
  const found = all.filter(({ pid }) => pid === us);
  for (const { pid } of found) found.push(...children.get(pid) ?? []);
  return [
    ...found.map((one) => ({ ...one, isKernels: false })),
    ...all.filter(isKernels).map((one) => ({ ...one, isKernels: true })),
  ];
}

/**
 * For how many seconds a process's threads waited for a processor so far; 0 if it is gone, or the kernel does
 * not count that.
 */
function waitedOf(pid: number): number {
  let names: string[];
  try {
    names = [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => name);
  } catch (error) {
    if (isGone(error)) return 0;
    throw error;
  }
  const waits = names.map((thread) =>
    Number(readIfThere(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[1] ?? 0)
  );
  return waits.reduce((sum, ns) => sum + ns * NANOSECOND, 0);
}

function readIfThere(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (isGone(error)) return "";
    throw error;
  }
}

/** A process may end between two looks at it: then its directory is gone, or reading says ESRCH. */
function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    (error instanceof Error && /os error 3\b/.test(error.message));
}
