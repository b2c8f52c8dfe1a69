/** `deno task bench:add`: see HELP in options.ts. */
import { checkWritable } from "../../../tests/rig/arguments.ts";
import { checkSurroundings, print, runToEnd, say } from "../../../tests/rig/cli.ts";
import { describeMachine, findNatra, findPeer, machineLine } from "../places.ts";
import { casesFor } from "./cases.ts";
import { HELP, type Options, parseOptions } from "./options.ts";
import { preparePrograms } from "./programs.ts";
import { drawResult, jsonReport } from "./report.ts";
import { runAdd } from "./run_add.ts";

async function benchAdd(options: Options): Promise<void> {
  await checkSurroundings();
  if (options.json) await checkWritable("json", options.json);
  const natra = await findNatra(options.natra);
  const programs = await preparePrograms();
  const peer = await findPeer();
  if ("missing" in peer) say(`the bandwidth plugin is skipped: ${peer.missing}\n`);

  const before = describeMachine();
  await using scratch = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "natra-bench-" });
  scratch.defer(() => Deno.remove(directory, { recursive: true }));
  const spec = "limiter" in peer ? peer.limiter.spec : null;
  const cases = casesFor(programs, natra, `${directory}/natra.log`, spec);
  const result = await runAdd(cases, programs, options.rounds, (round) => {
    say(round < 0 ? "warm-up\n" : `round ${round + 1} of ${options.rounds}\n`);
  });

  print(`${machineLine(before)}; ${options.rounds} rounds in turns\n`);
  print(drawResult(cases, result));
  if (options.json) await Deno.writeTextFile(options.json, jsonReport(before, cases, result));
}

async function main(): Promise<void> {
  const options = parseOptions(Deno.args);
  if (options.help) print(HELP);
  else await benchAdd(options);
}

if (import.meta.main) Deno.exit(await runToEnd(main));
