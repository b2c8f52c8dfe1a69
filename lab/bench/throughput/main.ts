/** `deno task bench:throughput`: see HELP. */
import { parseArgs } from "@std/cli/parse-args";
import { textOf, UsageError, wholeNumber } from "../../../tests/rig/arguments.ts";
import { checkSurroundings, print, runToEnd, say } from "../../../tests/rig/cli.ts";
import { type Limiter, natraLimiter } from "../../../tests/rig/limiter.ts";
import { measure } from "../../../tests/rig/scenario.ts";
import { summarize } from "../../../tests/rig/stats.ts";
import { prepareTools } from "../../../tests/rig/tools.ts";
import { type Check, checkLine, figure } from "../check.ts";
import { describeMachine, findNatra, machineLine } from "../places.ts";

const HELP = `Usage: deno task bench:throughput [--rounds N] [--natra FILE]

One TCP stream as fast as it goes, to a pod and from it: without natra, and held to a limit far
above what the machine can send, in turns. The ratio of each pair is what natra costs a stream.

  --rounds N     pairs in each direction, 1 to 100 (5)
  --natra FILE   natra's executable (build/natra)

Exit status: 0 measured, whether or not the goal was met; 1 failed; 2 bad usage.
`;

/** Bits per second: no stream of this machine comes near. */
const FAR_ABOVE = 500e9;
const WARMUP_SECONDS = 1;
const SECONDS = 3;
const LEAST_PERCENT = 97;

async function main(): Promise<void> {
  const given: Readonly<Record<string, unknown>> = parseArgs([...Deno.args], {
    string: ["rounds", "natra"],
    boolean: ["help"],
    default: { rounds: "5", natra: "build/natra" },
    unknown: (argument: string): boolean => {
      throw new UsageError(`Unknown argument "${argument}"`);
    },
  });
  if (given["help"] === true) return print(HELP);
  const rounds = wholeNumber("rounds", textOf(given, "rounds") ?? "", 1, 100);
  await checkSurroundings();
  const natra = natraLimiter(await findNatra(textOf(given, "natra") ?? ""), "/proc/natra.log");
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

if (import.meta.main) Deno.exit(await runToEnd(main));
