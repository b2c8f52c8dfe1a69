/** What runs on the churn's own node. */
import { say } from "../../tests/rig/cli.ts";
import { answerOnOwnNode } from "../../tests/rig/own_node.ts";
import { churn, type ChurnOptions } from "./churn.ts";
import type { Report } from "./report.ts";

async function play(given: ChurnOptions): Promise<Report> {
  // A copy: the executable may be built again meanwhile.
  const options = { ...given, natra: "/run/natra-under-test/natra" };
  await Deno.mkdir("/run/natra-under-test");
  await Deno.copyFile(given.natra, options.natra);
  return await churn(options, (done) => {
    if (done % 50 === 0) say(`${done} of ${options.pods} pods\n`);
  });
}

if (import.meta.main) await answerOnOwnNode(play);
