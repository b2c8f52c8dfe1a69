import { describeError } from "../../../base/log/describe.ts";
import type { Command } from "../../../cli/subcommand.ts";
import { type Options, OUTPUT, outputFormat } from "../../../cli/options.ts";
import { print, printJson, UsageError } from "../../../cli/output.ts";
import { onePod } from "../pods.ts";
import { gather } from "./gather.ts";
import { shownLines } from "./lines.ts";

/** `natra show` */
export const command: Command = {
  usage: "POD [-o json|table]",
  about:
    `Everything about one pod: its limits and their sources, what was done to its interface and why, the programs at
their hooks, the queue of each class, how full the sketch is and how wrong its estimates may be, and the heavy
flows.`,
  options: [{
    ...OUTPUT,
    about: "table (the default) for people; json for programs: rates in bits/s, sizes in bytes",
  }],
  words: { name: "POD", max: 1, complete: "pods" },
  notes: `POD is the pod's namespace/name or container ID, or a part of it that is unique among limited pods.
Exit code 1 if there is no such pod, or something is not as it was set up.`,
  run: show,
};

async function show(options: Options): Promise<number> {
  const format = outputFormat(options);
  const [word] = options.words;
  if (word === undefined) throw new UsageError("natra show needs a pod: natra status lists them");
  const shown = await Promise.all(onePod(word).map(gather));
  if (format === "json") printJson(shown);
  else {
    for (const [index, one] of shown.entries()) {
      if (index > 0) print("");
      try {
        print(shownLines(one, new Date()).join("\n"));
      } catch (error) {
        throw new Error(`Cannot show ${one.ifname}: ${describeError(error)}`, { cause: error });
      }
    }
  }
  return shown.some(({ findings }) => findings.length > 0) ? 1 : 0;
}
