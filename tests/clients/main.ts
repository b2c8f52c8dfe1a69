/** `deno task test:clients`. */
import { checkSurroundings, print, runProgram, say } from "../rig/cli.ts";
import { findNatra } from "../rig/places.ts";
import { type Given, NATRA_FILE, type Program, UsageError, wholeNumber } from "../rig/options.ts";
import { RigError } from "../rig/run.ts";
import { type ClientName, CLIENTS, prepare } from "../rig/clients/clients.ts";
import { runClient } from "./run_clients.ts";

/** A kubelet takes seven minutes of one processor. */
const BUILD_SECONDS = 3600;

const OPTIONS = {
  together: wholeNumber({ about: "pods at once", min: 0, max: 250, default: 100 }),
  inARow: wholeNumber({ about: "pods one after the other", min: 0, max: 1000, default: 200 }),
  natra: NATRA_FILE,
};

const TEST_CLIENTS: Program<typeof OPTIONS> = {
  command: "deno task test:clients",
  about: `Has real clients of CNI call natra on a node of its own, kills them and natra half-way, changes
the list under them, and reports what went wrong because of natra and what it left behind.`,
  options: OPTIONS,
  words: { name: "[NAME…]", about: `${CLIENTS.join(", ")} (all)` },
  notes: `The first use of a client downloads or builds it; a kubelet takes minutes.
Exit status: 0 all is well, or what is missing was said; 1 it is not; 2 bad usage.`,
};

/** @throws {UsageError} that quotes what is not a client */
function clientsOf(words: readonly string[]): readonly ClientName[] {
  const clients = words.map((name) => {
    const client = CLIENTS.find((known) => known === name);
    if (client !== undefined) return client;
    throw new UsageError(`Unknown client "${name}": it is one of ${CLIENTS.join(", ")}`);
  });
  return clients.length === 0 ? CLIENTS : clients;
}

async function testClients({ options, words }: Given<typeof OPTIONS>): Promise<void> {
  const clients = clientsOf(words);
  await checkSurroundings();
  const natra = await findNatra(options.natra);
  const { together, inARow } = options;
  let problems = 0;
  for (const client of clients) {
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

if (import.meta.main) Deno.exit(await runProgram(TEST_CLIENTS, testClients));
