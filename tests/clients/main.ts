/** `deno task test:clients`: see HELP in options.ts. */
import { checkSurroundings, print, runToEnd, say } from "../rig/cli.ts";
import { findNatra } from "../../lab/bench/places.ts";
import { RigError } from "../rig/run.ts";
import { prepare } from "./clients.ts";
import { HELP, parseOptions } from "./options.ts";
import { runClient } from "./run_clients.ts";

/** A kubelet takes seven minutes of one processor. */
const BUILD_SECONDS = 3600;

async function main(): Promise<void> {
  const options = parseOptions(Deno.args);
  if (options.help) return print(HELP);
  await checkSurroundings();
  const natra = await findNatra(options.natra);
  const { together, inARow } = options;
  let problems = 0;
  for (const client of options.clients) {
    say(`${client}: getting ready\n`);
    const ready = await prepare(client, BUILD_SECONDS);
    if ("missing" in ready) {
      print(`${client}: skipped, ${ready.missing}`);
      continue;
    }
    const findings = await runClient({ client, parts: ready.parts, natra, together, inARow });
    const found = findings.flatMap((finding) => finding.problems);
    problems += found.length;
    print(`${client}: ${findings.length} scenarios, ${found.length} problems`);
  }
  if (problems > 0) throw new RigError(`Failed: ${problems} problems`);
}

if (import.meta.main) Deno.exit(await runToEnd(main));
