/** What runs on the churn's own node: options as JSON in, the report as JSON out. */
import { churn, type ChurnOptions } from "./churn.ts";
import { OWN_TEMP } from "../../tests/rig/own_node.ts";

if (import.meta.main) {
  Deno.env.set("TMPDIR", OWN_TEMP);
  const given = JSON.parse(Deno.args[0] ?? "{}") as ChurnOptions;
  // A copy: the executable may be built anew meanwhile.
  const options = { ...given, natra: "/run/natra-under-test/natra" };
  await Deno.mkdir("/run/natra-under-test");
  await Deno.copyFile(given.natra, options.natra);
  const report = await churn(options, (done) => {
    if (done % 50 === 0) Deno.stderr.writeSync(new TextEncoder().encode(`${done} of ${options.pods} pods\n`));
  });
  await new Blob([JSON.stringify(report)]).stream().pipeTo(Deno.stdout.writable);
}
