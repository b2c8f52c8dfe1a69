import { quote } from "../../../base/log/quote.ts";
import { cniDirectories, DIRECTORIES } from "../../../cli/cni_directories.ts";
import type { Command } from "../../../cli/subcommand.ts";
import { type Options, OUTPUT, outputFormat } from "../../../cli/options.ts";
import { print, printJson, UsageError } from "../../../cli/output.ts";
import { wantedPods } from "../pods.ts";
import { type Diagnosis, examine } from "./examine.ts";
import { formatDiagnosis } from "./format.ts";

const MAX_SECONDS = 600;

/** `natra doctor` */
export const command: Command = {
  usage: "[POD…] [--watch-seconds N] [--bin-dir PATH] [--conf-dir PATH] [-o json|table]",
  about:
    `Proves that pods are held to their limits, and changes nothing. It compares natra's counters with the
interfaces', and looks for what keeps a limit from working: foreign programs that run first at a hook,
replaced queues, detached programs, a second limiter, a pod that changes its own interface, fallbacks on an
old kernel, records of pods that are gone, and a CNI list without natra.
With POD, it checks only pods whose namespace/name (or container ID) contains it, and not the node.`,
  options: [
    {
      name: "watch-seconds",
      value: "N",
      about: `how long to watch the counters (2; 0: not at all; maximum ${MAX_SECONDS})`,
    },
    ...DIRECTORIES,
    OUTPUT,
  ],
  words: { name: "POD", max: Infinity, complete: "pods" },
  notes:
    `Each finding says what was found, why it matters and what to do. TROUBLE: a limit does not work as it should;
notice: worth knowing. A pod without traffic proves nothing: watch longer, or send it something.
docs/troubleshooting.md lists the findings by id.

Exit code 1 if there is trouble.`,
  run: doctor,
};

async function doctor(options: Options): Promise<number> {
  const format = outputFormat(options);
  const watchSeconds = readSeconds(options.string("watch-seconds") ?? "2");
  const { words } = options;
  const pods = wantedPods(words);
  const diagnosis = await examine({
    pods,
    watchSeconds,
    directories: words.length === 0 ? cniDirectories(options) : null,
  });
  if (format === "json") printJson({ trouble: hasTrouble(diagnosis), watchSeconds, ...diagnosis });
  else print(formatDiagnosis(diagnosis, watchSeconds));
  return hasTrouble(diagnosis) ? 1 : 0;
}

function hasTrouble({ findings }: Diagnosis): boolean {
  return findings.some(({ level }) => level === "trouble");
}

function readSeconds(text: string): number {
  const seconds = /^\d{1,3}(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (seconds >= 0 && seconds <= MAX_SECONDS) return seconds;
  throw new UsageError(`--watch-seconds must be a number from 0 to ${MAX_SECONDS}, not ${quote(text)}`);
}
