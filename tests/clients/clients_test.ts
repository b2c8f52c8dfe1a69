/** The clients' short form; `deno task test:clients` is the long one, with all of them. */
import { assertEquals, assertGreater } from "@std/assert";
import { needsBuilt, testIf } from "../rig/needs.ts";
import { type ClientName, prepare } from "../rig/clients/clients.ts";
import { runClient } from "./run_clients.ts";

const NATRA = new URL("../../build/natra", import.meta.url).pathname;
const SHORT: readonly ClientName[] = ["cnitool", "containerd-1.6", "kubelet"];
/** What a first run may spend on building one of them; a kubelet takes seven minutes of one processor. */
const BUILD_SECONDS = 360;
const lacks = Deno.uid() === 0 ? needsBuilt("natra") : "only root may make a node";

for (const client of SHORT) {
  const ready = lacks === null ? await prepare(client, BUILD_SECONDS) : { missing: lacks };
  const missing = "missing" in ready ? ready.missing : null;
  testIf(missing, `${client}: nothing fails because of natra, and one reconcile leaves nothing`, async () => {
    if ("missing" in ready) return;
    const findings = await runClient({ client, parts: ready.parts, natra: NATRA, together: 4, inARow: 0 });
    assertGreater(findings.length, 5);
    assertEquals(findings.filter(({ problems }) => problems.length > 0), []);
  });
}
