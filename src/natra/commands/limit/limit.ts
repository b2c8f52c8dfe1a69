import { attachmentOf } from "../../cni/attach.ts";
import { ATTACH_MODES } from "../../cni/natra_conf.ts";
import { type Applied, limitsOf } from "../../datapath/record.ts";
import { BUCKETS, LIMIT_FIELDS, MICE, PACER_CHOICES } from "../../limits/fields.ts";
import { describeLimit } from "../../limits/form.ts";
import { escapeText } from "../../../base/log/quote.ts";
import { LIBCNI_CACHE } from "../../../cni/libcni_cache.ts";
import { DIRECTIONS } from "../../../pod/direction.ts";
import type { Command } from "../../../cli/subcommand.ts";
import { type CommandOption, type Options, OUTPUT, outputFormat } from "../../../cli/options.ts";
import { print, printJson, UsageError } from "../../../cli/output.ts";
import { findPod, type FoundPod } from "./find_pod.ts";
import { type Knob, wantedLimits } from "./wanted.ts";

function bounds(name: "width" | "depth"): string {
  return `${LIMIT_FIELDS[name].min} to ${LIMIT_FIELDS[name].max}`;
}

/** An option for each field of a limit except the rate. */
const KNOB_OPTIONS: Readonly<Record<Knob, Omit<CommandOption, "name">>> = {
  burst: { value: "BITS", about: "what small flows may send at once after a pause (40 ms of the rate)" },
  bucket: { value: "WHOSE", complete: BUCKETS, about: "pod: heavy flows share the rate; flow: each has it" },
  mice: {
    value: "HOW",
    complete: MICE,
    about: "charged: small flows count against the rate; free: they do not",
  },
  pacer: { value: "HOW", complete: PACER_CHOICES, about: PACER_CHOICES.join(", ") },
  width: { value: "CELLS", about: `per row of the sketch: ${bounds("width")}, a power of two` },
  depth: { value: "ROWS", about: `of the sketch: ${bounds("depth")}` },
  threshold: { value: "BYTES", about: "that a flow may run ahead of its fair share, for example 64k" },
};

/** `natra limit` */
export const command: Command = {
  usage: "POD [--ingress LIMIT|off] [--egress LIMIT|off] [options]",
  about:
    `Changes the limits of a running pod at once, without losing a connection. POD is namespace/name, a name, or
the start of a container ID; it may have no limit yet. What is not named stays as it is, except that the burst
changes with the rate.`,
  options: [
    {
      name: "ingress",
      value: "LIMIT",
      complete: ["off"],
      about: "what the pod may receive: bits/s (20M), the annotation's JSON form, or off",
    },
    { name: "egress", value: "LIMIT", complete: ["off"], about: "what the pod may send" },
    ...Object.entries(KNOB_OPTIONS).map(([name, option]) => ({ name, ...option })),
    {
      name: "ifname",
      value: "NAME",
      about: "which of the pod's interfaces (default: the limited one, else eth0)",
    },
    {
      name: "attach",
      value: "HOW",
      complete: ATTACH_MODES,
      about: `${ATTACH_MODES.join(", ")} (auto); for a pod that has no limit yet`,
    },
    {
      name: "cni-cache",
      value: "DIR",
      complete: "files",
      about: `where libcni keeps its results (${LIBCNI_CACHE})`,
    },
    OUTPUT,
  ],
  words: { name: "POD", max: 1, complete: "pods" },
  notes: `Without --ingress and --egress the other options apply to each direction that has a limit.
A pod without a limit is looked up in libcni's cache, and if it is not there by crictl, if that is installed.
The change lasts as long as the pod. The pod's annotation does not change, and CHECK reports the difference.

  natra limit shop/web-1 --ingress 20M --egress off
  natra limit web-1 --width 4096

Exit code 1 if it fails: then the limits are as before.`,
  run: limit,
};

async function limit(options: Options): Promise<number> {
  const [word] = options.words;
  if (word === undefined || word === "") throw new UsageError("natra limit needs a POD");
  const format = outputFormat(options);
  const mode = ATTACH_MODES.find((how) => how === (options.string("attach") ?? "auto"));
  if (mode === undefined) throw new UsageError(`--attach must be one of ${ATTACH_MODES.join(", ")}`);
  const found = await findPod(word, {
    cache: options.string("cni-cache") ?? LIBCNI_CACHE,
    ifname: options.string("ifname"),
  });
  const { applied, ...attachment } = found;
  const { limits, warnings } = wantedLimits(options, limitsOf(applied));
  const { change } = await import("../../datapath/datapath.ts");
  const now = change({ ...attachment, limits, ...attachmentOf(mode), onChoice: () => {} });
  if (format === "json") printJson(changed(found, now, warnings));
  else {
    for (const { key, given, used, why } of warnings) print(`${key} is ${given}: ${why}; used: ${used}`);
    await printChange(found, now);
  }
  return 0;
}

function changed(found: FoundPod, now: Applied | null, warnings: readonly unknown[]): unknown {
  const { pod, containerId, ifname, applied } = found;
  const [was, is] = [limitsOf(applied), limitsOf(now)];
  const both = DIRECTIONS.map((direction) => [direction, { before: was[direction], now: is[direction] }]);
  return { pod, containerId, ifname, ...Object.fromEntries(both), warnings };
}

async function printChange(
  { pod, containerId, ifname, applied }: FoundPod,
  now: Applied | null,
): Promise<void> {
  const { formatTable } = await import("../../../cli/table.ts");
  print(escapeText(`${pod === null ? containerId : `${pod.namespace}/${pod.name}`} ${ifname}`));
  print(formatTable(
    [{ head: "DIRECTION" }, { head: "", align: "right" }, { head: "LIMIT" }],
    DIRECTIONS.flatMap((direction) => [
      [direction, "was", describeLimit(limitsOf(applied)[direction])],
      ["", "is", describeLimit(limitsOf(now)[direction])],
    ]),
  ));
}
