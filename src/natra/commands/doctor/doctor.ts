import { quote } from "../../../base/log/quote.ts";
import { cniDirectories, DIRECTORIES } from "../../../cli/cni_directories.ts";
import type { Command } from "../../../cli/subcommand.ts";
import { type Options, OUTPUT, outputFormat } from "../../../cli/options.ts";
import { print, printJson, UsageError } from "../../../cli/output.ts";
import { wantedPods } from "../pods.ts";
import { type Diagnosis, examine } from "./examine.ts";
import { formatDiagnosis } from "./format.ts";

const MOST_SECONDS = 600;

/** `natra doctor` */
export const command: Command = {
  usage: "[POD…] [--watch-seconds N] [--bin-dir PATH] [--conf-dir PATH] [-o json|table]",
  about:
    `Proves that pods are held to their limits, instead of assuming it, and changes nothing. It compares natra's
counters with the interfaces', and looks for whatever keeps a limit from working: other programs first at the
hook, queues that were replaced, programs that were detached, a second limiter, a pod that changes its own
interface, fallbacks of an old kernel, records of pods that are gone, and a CNI list without natra.
With POD, only pods whose namespace/name (or container ID) contains it, and nothing of the node.`,
  options: [
    {
      name: "watch-seconds",
      value: "N",
      about: `how long to watch the counters (2; 0: not at all; at most ${MOST_SECONDS})`,
    },
    ...DIRECTORIES,
    OUTPUT,
  ],
  words: { name: "POD", most: Infinity, complete: "pods" },
  notes:
    `Each finding says what it is, why it matters and what to do. TROUBLE is a limit that is not what it should be, a
notice is worth knowing. A pod without traffic proves nothing: watch longer, or send it something.
docs/troubleshooting.md lists the findings by their ids.

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
  if (seconds >= 0 && seconds <= MOST_SECONDS) return seconds;
  throw new UsageError(`--watch-seconds is a number from 0 to ${MOST_SECONDS}, not ${quote(text)}`);
}
