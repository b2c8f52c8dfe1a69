import type { Applied } from "../datapath/record.ts";
import { describeError } from "../../base/log/describe.ts";
import { quote } from "../../base/log/quote.ts";
import type { Command } from "../../cli/subcommand.ts";
import type { Options } from "../../cli/options.ts";
import { print } from "../../cli/output.ts";
import { podName } from "./pods.ts";
import { describeBuild } from "../../cli/version.ts";

/** `natra metrics` */
export const command: Command = {
  usage: "[--textfile PATH]",
  about:
    `Prints what every pod with a limit counted, and how ADDs ended, in Prometheus' text format: what the agent serves at
/metrics. In base units: bytes, seconds, bytes per second.`,
  options: [{
    name: "textfile",
    value: "PATH",
    complete: "files",
    about: `write it there in one step instead, for node_exporter, whose textfile collector
reads every *.prom in its directory`,
  }],
  notes:
    `Counters begin when a pod is limited, those of ADDs when the node starts. A pod without a name (its runtime gave
none) goes by its container's ID. Every metric is in docs/metrics.md.
Exit code 1 if a pod could not be read: the others are there all the same.`,
  run: metrics,
};

async function metrics(options: Options): Promise<number> {
  const path = options.string("textfile");
  const { collect } = await import("../metrics/collect.ts");
  const { format } = await import("../../metrics/exposition.ts");
  let failures = 0;
  const families = await collect(describeBuild(), (applied: Applied, error: unknown): void => {
    failures++;
    const line = `natra: cannot read ${quote(podName(applied))}: ${describeError(error)}\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(line));
  });
  const text = format(families);
  if (path === undefined) print(text.trimEnd());
  else (await import("../../metrics/textfile.ts")).writeTextfile(path, text);
  return failures === 0 ? 0 : 1;
}
