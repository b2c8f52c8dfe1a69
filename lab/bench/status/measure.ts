/** The measurement itself, on a node of its own: see run_status.ts. */
import { print, runToEnd, say } from "../../../tests/rig/cli.ts";
import { outcomeOf, RigError } from "../../../tests/rig/run.ts";
import { addPods, writeFlows } from "./many_pods.ts";

/** What to measure. */
export interface Request {
  readonly natra: string;
  /** Path of a program that does nothing. */
  readonly empty: string;
  readonly pods: number;
  readonly flows: number;
  readonly rounds: number;
}

/** The commands that are measured; `empty` is the program that does nothing. */
export const COMMANDS = {
  empty: null,
  status: ["status"],
  "status -o json": ["status", "-o", "json"],
  "status -v": ["status", "-v"],
  "top --once": ["top", "--once", "--interval", "0.1"],
} as const;

/** What one run of a whole process took, in milliseconds. */
export interface Time {
  readonly wall: number;
  /** In user and kernel mode together: on a busy machine this is what can be compared. */
  readonly cpu: number;
}

/** A value for each round. */
export type Times = Readonly<Record<keyof typeof COMMANDS, readonly Time[]>>;

/** bash tells the times of what it starts, to the millisecond, on its stderr: elapsed, user, system. */
const TIMED = ["bash", "-c", `TIMEFORMAT='%3R %3U %3S'; time "$@"`, "bash"];

const WARMUP = 2;
const EVERY = 100;

async function measure({ natra, empty, pods, flows, rounds }: Request): Promise<void> {
  await addPods(natra, pods, (done) => {
    if (done % EVERY === 0) say(`${done} of ${pods} pods\n`);
  });
  const times: Record<string, Time[]> = {};
  for (let round = -WARMUP; round < rounds; round++) {
    for (const [name, args] of Object.entries(COMMANDS)) {
      writeFlows(flows); // which are forgotten after some seconds
      const { code, stdout, stderr } = await outcomeOf([
        ...TIMED,
        ...args === null ? [empty] : [natra, ...args],
      ]);
      const [wall = NaN, user = NaN, system = NaN] = stderr.trim().split(" ").map((s) => Number(s) * 1000);
      if (code !== 0 || Number.isNaN(wall + user + system)) {
        throw new RigError(`Failed to run "${name}": exit ${code}, "${stderr}"`);
      }
      if (args !== null && !stdout.includes(`churn/pod-${pods - 1}`)) {
        throw new RigError(`Failed to run "${name}": it does not show the last pod`);
      }
      if (round >= 0) (times[name] ??= []).push({ wall, cpu: user + system });
    }
  }
  print(JSON.stringify(times));
}

if (import.meta.main) {
  const [request = ""] = Deno.args;
  Deno.exit(await runToEnd(() => measure(JSON.parse(request))));
}
