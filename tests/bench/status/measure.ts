/** The measurement itself, on a node of its own: see run_status.ts. */
import { print, runToEnd, say } from "../../rig/cli.ts";
import { outcomeOf, RigError } from "../../rig/run.ts";
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

/** Milliseconds of the whole process, a value for each round. */
export type Times = Readonly<Record<keyof typeof COMMANDS, readonly number[]>>;

const WARMUP = 2;
const EVERY = 100;

async function measure({ natra, empty, pods, flows, rounds }: Request): Promise<void> {
  await addPods(natra, pods, (done) => {
    if (done % EVERY === 0) say(`${done} of ${pods} pods\n`);
  });
  const times: Record<string, number[]> = {};
  for (let round = -WARMUP; round < rounds; round++) {
    for (const [name, args] of Object.entries(COMMANDS)) {
      writeFlows(flows); // which are forgotten after some seconds
      const start = performance.now();
      const { code, stdout, stderr } = await outcomeOf(args === null ? [empty] : [natra, ...args]);
      const took = performance.now() - start;
      if (code !== 0 || stderr !== "") {
        throw new RigError(`Failed to run "${name}": exit ${code}, "${stderr}"`);
      }
      if (args !== null && !stdout.includes(`churn/pod-${pods - 1}`)) {
        throw new RigError(`Failed to run "${name}": it does not show the last pod`);
      }
      if (round >= 0) (times[name] ??= []).push(took);
    }
  }
  print(JSON.stringify(times));
}

if (import.meta.main) {
  const [request = ""] = Deno.args;
  Deno.exit(await runToEnd(() => measure(JSON.parse(request))));
}
