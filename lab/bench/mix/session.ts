/**
 * What measuring mixes is, wherever it is done: which runs, in which order they are shown, and what is
 * written.
 */
import { print } from "../../../tests/rig/cli.ts";
import { countMet } from "../check.ts";
import type { Machine } from "../../../tests/rig/places.ts";
import type { Mix } from "./mixes.ts";
import type { MixOptions } from "./options.ts";
import { jsonReport } from "./report.ts";
import type { MixResult, Run } from "./run_mix.ts";
import { drawMix } from "./table.ts";

/**
 * What there is to measure. A mix that is meant for one cap only is run once, whatever the caps.
 *
 * @param options what was asked for
 * @param secondsFor how long each measurement lasts unless that was said
 */
export function runsOf(
  { mix: mixes, rate: rates, rounds, seconds }: Pick<MixOptions, "mix" | "rate" | "rounds" | "seconds">,
  secondsFor: (mix: Mix, rate: number, rounds: number) => number,
): Run[] {
  return rates.flatMap((each, index) =>
    mixes.filter((mix) => mix.rate === null || index === 0).map((mix) => {
      const rate = mix.rate ?? each;
      return { mix, rate, rounds, seconds: seconds ?? secondsFor(mix, rate, rounds) };
    })
  );
}

/**
 * Shows results as they come, and writes them down after each: an hour of figures must not hang on the last
 * minute.
 *
 * @param command how the program is called, to repeat it by
 * @param machine where it is measured
 * @param json file for all figures; null: none
 * @param coming the results
 */
export async function showResults(
  command: string,
  machine: Machine,
  json: string | null,
  coming: AsyncIterable<MixResult> | Iterable<Promise<MixResult>>,
): Promise<void> {
  const results: MixResult[] = [];
  for await (const result of coming) {
    results.push(result);
    print(`${drawMix(result)}\n`);
    if (json !== null) await Deno.writeTextFile(json, jsonReport(commandOf(command), machine, results));
  }
  print(`${countMet(results.flatMap((result) => result.checks))} goals met`);
}

/** What repeats this run, without paths of this machine. */
export function commandOf(program: string): string {
  const args = Deno.args.join(" ").replaceAll(/ ?--(json|natra)[ =]\S+/g, "");
  return `${program} ${args}`.trim();
}
