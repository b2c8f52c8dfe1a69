import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  busyNote,
  type HostLoad,
  HostWatch,
  leastWhile,
  ourProcesses,
  parseProcess,
  parseStat,
  type Process,
} from "./host_load.ts";

const STAT = `cpu  5178792 228537 1152986 5797840 8523 0 178163 61252 7 9
cpu0 2578792 128537 552986 2797840 4523 0 88163 30252 0 0
intr 1 2 3
`;

Deno.test("parseStat() adds up what processes used, and finds what was stolen", () => {
  const { used, stolen } = parseStat(STAT);
  assertAlmostEquals(used, 65603.15);
  assertAlmostEquals(stolen, 612.52);
  assertThrows(() => parseStat("cpu  1 2 3\n"), Error, "/proc/stat");
});

Deno.test("parseProcess() reads a name with blanks and brackets, and passes over a process that is gone", () => {
  const fields = "S 7 8 9 0 -1 4194304 1 2 3 4 100 20 3 1 20 0 1 0 5 6 7";
  assertEquals(parseProcess(42, `42 (a (b) c) ${fields}`), [{
    pid: 42,
    parent: 7,
    name: "a (b) c",
    used: 1.24,
  }]);
  assertEquals(parseProcess(42, ""), []);
});

const process = (pid: number, parent: number, name = "sh"): Process => ({ pid, parent, name, used: 1 });

Deno.test("ourProcesses() are those that descend from us, and the kernel's", () => {
  const all = [
    process(1, 0),
    process(2, 0, "kthreadd"),
    process(3, 2, "ksoftirqd/0"),
    process(12, 11),
    process(10, 1),
    process(11, 10),
    process(20, 1),
  ];
  const ours = ourProcesses(all, 10).map(({ pid, isKernels }) => [pid, isKernels]);
  assertEquals(ours, [[10, false], [11, false], [12, false], [2, true], [3, true]]);
  const inside = all.filter(({ pid }) => pid !== 2 && pid !== 3);
  assertEquals(ourProcesses(inside, 10).length, 5);
});

const SPIN = ["timeout", "1", "sh", "-c", "while :; do :; done"];

/** What the machine did while a command ran, in seconds per second, and how much all processes used. */
async function during(command: string, args: readonly string[]): Promise<HostLoad & { used: number }> {
  const used = (): number => parseStat(Deno.readTextFileSync("/proc/stat")).used;
  const watch = new HostWatch(), begin = performance.now(), before = used();
  await new Deno.Command(command, { args: [...args] }).output();
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, 1000 - (performance.now() - begin))));
  return { ...watch.load(), used: (used() - before) / ((performance.now() - begin) / 1000) };
}

Deno.test("HostWatch does not count what our own processes use, even those that have ended", async () => {
  const { stolen, others, waited, used } = await during("env", SPIN);
  assert(stolen >= 0 && waited >= 0);
  // However busy the machine is, a process gets some of it.
  assert(used - others > 0.1, `${others} of ${used}`);
});

Deno.test("HostWatch counts what processes use that are not ours", async () => {
  // Its parent ends, so that init adopts it.
  const { others } = await during("sh", ["-c", '"$@" >/dev/null 2>&1 &', "sh", ...SPIN]);
  assert(others > 0.1, `${others}`);
});

const quiet = { stolen: 0.01, others: 0.1, waited: 0.5 };

Deno.test("leastWhile() asks for nothing of a machine that was away or busy", () => {
  const busy = { stolen: 0, others: 0.2, waited: 0.03 };
  assertEquals([quiet, { ...quiet, stolen: 0.02 }, busy].map((load) => leastWhile(95, load)), [95, 0, 0]);
  assertEquals(leastWhile(95, { ...busy, waited: 0.02 }), 95);
});

Deno.test("busyNote() says what kept the machine busy", () => {
  assertEquals(busyNote(quiet), null);
  assertEquals(busyNote({ ...quiet, stolen: 0.123 }), "the host took 12 % of a processor");
  assertEquals(
    busyNote({ stolen: 0, others: 1.5, waited: 0.1 }),
    "others used 150 % of a processor, and ours waited for one 10 % of the time",
  );
});
