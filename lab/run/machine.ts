/** What a run could leave behind on the machine. */
import { run } from "../../tests/rig/run.ts";

/** What is there now: kinds of things, and each of them by a name that stays. */
export type Machine = Readonly<Record<string, readonly string[]>>;

const BPFFS = "/sys/fs/bpf";
/**
 * The kernel puts iterators into a new bpffs, iproute2 makes directories wherever it loads a BPF object,
 * natra one of its own, and every ADD is counted.
 */
const STAYS = /^(\/sys\/fs\/bpf\/((progs|maps)\.debug|tc(\/globals)?|ip|xdp|natra)|\/run\/natra\/outcomes)$/;

/**
 * The variable that every program of this run has in its environment; behind a slash it names the part that
 * it belongs to.
 */
export const MARK = "NATRA_TEST_RUN";

/**
 * Looks at everything that a test makes.
 *
 * @param mark The value of {@linkcode MARK} for this run.
 * @param temp The run's directory for temporary files.
 */
export async function observe(mark: string, temp: string): Promise<Machine> {
  const links: { ifname: string }[] = await json(["ip", "-j", "link", "show"]);
  const qdiscs: { kind: string; handle: string; dev: string }[] = await json(["tc", "-j", "qdisc", "show"]);
  const programs: { id: number; name?: string }[] = await json(["bpftool", "-j", "prog", "show"]);
  return {
    "network namespace": namesIn("/run/netns"),
    "interface": links.map(({ ifname }) => ifname),
    // 0: is the kernel's own, put on whatever comes up.
    "qdisc": qdiscs.filter(({ handle }) => handle !== "0:").map(({ kind, handle, dev }) =>
      `${dev} ${kind} ${handle}`
    ),
    "BPF program": programs.filter(({ name }) => name?.startsWith("natra")).map(({ id, name }) =>
      `${id} ${name}`
    ),
    "pin": [...below(BPFFS)].filter(isLeft),
    "record": [...below("/run/natra")].filter(isLeft),
    "process": marked(mark).map((pid) => `${pid} ${commandLine(pid)}`),
    "temporary file": [
      ...namesIn(temp).map((name) => `${temp}/${name}`),
      ...namesIn("/tmp").filter((name) => name.startsWith("natra")).map((name) => `/tmp/${name}`),
    ],
  };
}

/** What is there now and was not before: each with its kind. */
export function leftovers(before: Machine, now: Machine): string[] {
  return Object.entries(now).flatMap(([kind, names]) =>
    names.filter((name) => !before[kind]?.includes(name)).map((name) => `${kind} ${name}`)
  );
}

/**
 * Those who make pods on this machine beside this run, by the namespaces of the rig that they own: what they
 * have cannot be told from what this run would leave.
 */
export function neighbours(mark: string): number[] {
  const owners = namesIn("/run/netns").map((name) => Number(/^natra-([0-9]+)-/.exec(name)?.[1] ?? 0));
  const ours = marked(mark);
  return [...new Set(owners)].filter((pid) => pid > 0 && !ours.includes(pid) && isDirectory(`/proc/${pid}`));
}

/**
 * The processes with this value of {@linkcode MARK} in their environment, or of a part of it, ourselves left
 * out.
 */
export function marked(mark: string): number[] {
  const isOurs = (variable: string): boolean =>
    variable === `${MARK}=${mark}` || variable.startsWith(`${MARK}=${mark}/`);
  return namesIn("/proc").filter((name) => /^[0-9]+$/.test(name)).map(Number).filter((pid) => {
    try {
      return pid !== Deno.pid &&
        Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0").some(isOurs);
    } catch { // it has ended meanwhile, or is another user's
      return false;
    }
  });
}

/** What a process was started as. */
export function commandLine(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
  } catch {
    return "(ended)";
  }
}

/** Whether a pin or a record should not be there after the tests. */
export function isLeft(path: string): boolean {
  return path !== "" && !STAYS.test(path);
}

async function json<T>(argv: readonly string[]): Promise<T> {
  const text = await run(argv, { cleanup: true });
  return JSON.parse(text.trim() === "" ? "[]" : text);
}

function namesIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function* below(directory: string): Generator<string> {
  for (const name of namesIn(directory)) {
    const path = `${directory}/${name}`;
    yield path;
    if (isDirectory(path)) yield* below(path);
  }
}

function isDirectory(path: string): boolean {
  try {
    return Deno.lstatSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false; // gone meanwhile
    throw error;
  }
}
