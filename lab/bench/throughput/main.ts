/** `deno task bench:throughput`. */
import { checkSurroundings, print, runProgram, say } from "../../../tests/rig/cli.ts";
import { type Limiter, natraLimiter } from "../../../tests/rig/limiter.ts";
import { NATRA_FILE, type Program, type Values, wholeNumber } from "../../../tests/rig/options.ts";
import { measure } from "../../../tests/rig/scenario.ts";
import { summarize } from "../../../tests/rig/stats.ts";
import { prepareTools } from "../../../tests/rig/tools.ts";
import { type Check, checkLine, figure } from "../check.ts";
import { describeMachine, findNatra, machineLine } from "../../../tests/rig/places.ts";

const OPTIONS = {
  rounds: wholeNumber({ about: "pairs in each direction", min: 1, max: 100, default: 5 }),
  natra: NATRA_FILE,
};

const THROUGHPUT: Program<typeof OPTIONS> = {
  command: "deno task bench:throughput",
  about: `One TCP stream as fast as it goes, to a pod and from it: without natra, and held to a limit far
above what the machine can send, in turns. The ratio of each pair is what natra costs a stream.`,
  options: OPTIONS,
  notes: "Exit status: 0 measured, whether or not the goal was met; 1 failed; 2 bad usage.",
};

/** Bits per second: no stream of this machine comes near. */
const FAR_ABOVE = 500e9;
const WARMUP_SECONDS = 1;
const SECONDS = 3;
const LEAST_PERCENT = 97;

async function benchThroughput({ rounds, natra: path }: Values<typeof OPTIONS>): Promise<void> {
  await checkSurroundings();
  const natra = natraLimiter(await findNatra(path), "/proc/natra.log");
  const tools = await prepareTools({ directory: new URL("../../../build/rig", import.meta.url).pathname });
  print(machineLine(describeMachine()));

  const rateOf = async (limiter: Limiter | null, direction: "ingress" | "egress"): Promise<number> => {
    const traffic = { elephants: [{ direction }], requests: null, warmup: WARMUP_SECONDS, seconds: SECONDS };
    return (await measure({ limiter, rate: FAR_ABOVE, ...traffic }, tools))[direction].rate;
  };
  for (const direction of ["ingress", "egress"] as const) {
    const pairs: { without: number; held: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      say(`${direction}, round ${round + 1} of ${rounds}\n`);
      // Who comes first has a cooler processor.
      const first = round % 2 === 0 ? null : natra;
      const [one, other] = [
        await rateOf(first, direction),
        await rateOf(first === null ? natra : null, direction),
      ];
      pairs.push(first === null ? { without: one, held: other } : { without: other, held: one });
    }
    const gigabits = (pick: (pair: typeof pairs[number]) => number): string =>
      figure(summarize(pairs.map(pick)).median / 1e9);
    const ratio = summarize(pairs.map(({ without, held }) => held / without * 100));
    const name = direction === "ingress" ? "to the pod" : "from the pod";
    print(
      `${name}: ${gigabits(({ without }) => without)} Gbit/s without natra, ${
        gigabits(({ held }) => held)
      } with`,
    );
    const goal: Check = {
      ...{ goal: `${name}: with natra`, value: ratio.median, unit: "%", limit: `≥ ${LEAST_PERCENT}` },
      met: ratio.median >= LEAST_PERCENT,
    };
    print(`${checkLine(goal)}, pairs from ${figure(ratio.min)} to ${figure(ratio.max)} %`);
  }
}

if (import.meta.main) Deno.exit(await runProgram(THROUGHPUT, ({ options }) => benchThroughput(options)));
