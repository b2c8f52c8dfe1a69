import { isKnown } from "../node_state.ts";
import { attachmentOf } from "../cni/attach.ts";
import { ATTACH_MODES } from "../cni/natra_conf.ts";
import type { Choice } from "../datapath/record.ts";
import { decideLimits, type Decision } from "../limits/limits.ts";
import { quote } from "../../base/log/quote.ts";
import { kernelRelease } from "../../kernel/version.ts";
import { netnsId } from "../../net/netns.ts";
import { DIRECTIONS } from "../../pod/direction.ts";
import type { RecordKey } from "../../state/records.ts";
import type { Command } from "../../cli/subcommand.ts";
import { describeLimit } from "../limits/form.ts";
import { PACER_CHOICES } from "../limits/fields.ts";
import type { Options } from "../../cli/options.ts";
import { print, UsageError } from "../../cli/output.ts";

const VERBS = ["add", "check", "del"] as const;

/** `natra debug` */
export const command: Command = {
  usage: "add|check|del --netns PATH [options]",
  about: "Runs ADD, CHECK or DEL by hand, and prints each choice with its reason.",
  options: [
    {
      name: "netns",
      value: "PATH",
      complete: "files",
      about: "the pod's network namespace, for example /run/netns/NAME or /proc/PID/ns/net",
    },
    { name: "ifname", value: "NAME", about: "its interface (eth0)" },
    {
      name: "ingress",
      value: "LIMIT",
      about: "what the pod may receive: bits/s (10M), or the annotation's JSON form",
    },
    { name: "egress", value: "LIMIT", about: "what the pod may send" },
    { name: "attach", value: "HOW", complete: ATTACH_MODES, about: `${ATTACH_MODES.join(", ")} (auto)` },
    {
      name: "pacer",
      value: "HOW",
      complete: PACER_CHOICES,
      about: `${PACER_CHOICES.join(", ")} (auto)`,
    },
    {
      name: "container-id",
      value: "ID",
      about: "to check or undo what a runtime set up (default: an ID made from the namespace)",
    },
    { name: "dry-run", about: "with add: only print what would be done" },
  ],
  words: { name: "VERB", max: 1, complete: VERBS },
  notes: "Exit code 1 if it fails, or if check finds something.",
  run: debug,
};

async function debug(options: Options): Promise<number> {
  const [verb] = options.words;
  switch (verb) {
    case "add":
      return await addByHand(options);
    case "check":
      return await checkByHand(options);
    case "del":
      return await delByHand(options);
    default:
      throw new UsageError(`natra debug needs add, check or del, not ${quote(verb ?? "")}`);
  }
}

function netnsOf(options: Options): string {
  const netns = options.string("netns");
  if (netns === undefined) throw new UsageError("natra debug needs --netns");
  return netns;
}

/** Without an ID the key is made from the namespace, so that add, check and del use the same one. */
function keyOf(options: Options): RecordKey {
  const netns = netnsOf(options);
  const containerId = options.string("container-id") ??
    `debug-${netnsId(netns)?.replace(":", "-") ?? "gone"}`;
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(containerId)) {
    throw new UsageError(`Bad container ID ${quote(containerId)}`);
  }
  return { containerId, ifname: options.string("ifname") ?? "eth0" };
}

function decide(options: Options): Decision {
  const annotations: Record<string, string> = {};
  for (const direction of DIRECTIONS) {
    const value = options.string(direction);
    if (value !== undefined) annotations[`natra.io/${direction}-bandwidth`] = value;
  }
  const decision = decideLimits({
    annotations,
    runtimeBandwidth: undefined,
    conf: { pacer: options.string("pacer") },
    maxSketchBytes: 65536,
  });
  for (const { key, given, used, why } of decision.warnings) {
    print(`warning: ${key} is ${given}: ${why}; used: ${used}`);
  }
  for (const direction of DIRECTIONS) print(`${direction}: ${describeLimit(decision.limits[direction])}`);
  return decision;
}

function printChoice({ what, choice, why }: Choice): void {
  print(`${what}: ${choice} (${why})`);
}

async function addByHand(options: Options): Promise<number> {
  const key = keyOf(options);
  const netns = netnsOf(options);
  const mode = ATTACH_MODES.find((how) => how === (options.string("attach") ?? "auto"));
  if (mode === undefined) throw new UsageError(`--attach must be one of ${ATTACH_MODES.join(", ")}`);
  const { limits } = decide(options);
  if (limits.ingress === null && limits.egress === null) {
    throw new UsageError("Give --ingress, --egress or both");
  }
  const { hold, plan } = await import("../datapath/datapath.ts");
  print(`kernel: ${kernelRelease()}`);
  const request = {
    ...key,
    netns,
    network: "debug",
    pod: null,
    limits,
    ...attachmentOf(mode),
    onChoice: printChoice,
  };
  if (options.flag("dry-run")) {
    plan(request);
    print("nothing was changed");
    return 0;
  }
  hold(request);
  print(`held, as container ${key.containerId}`);
  return 0;
}

async function checkByHand(options: Options): Promise<number> {
  const key = keyOf(options);
  const { limits } = decide(options);
  const { verify } = await import("../datapath/datapath.ts");
  const findings = verify(key, limits);
  for (const finding of findings) print(`wrong: ${finding}`);
  if (findings.length === 0) print("held as asked");
  return findings.length === 0 ? 0 : 1;
}

async function delByHand(options: Options): Promise<number> {
  const key = keyOf(options);
  if (!isKnown(key)) {
    print(`nothing to undo: container ${key.containerId} is not held`);
    return 0;
  }
  const { release } = await import("../datapath/datapath.ts");
  const failures = release(key, netnsOf(options));
  for (const failure of failures) print(`failed: ${failure}`);
  if (failures.length === 0) print("undone");
  return failures.length === 0 ? 0 : 1;
}
