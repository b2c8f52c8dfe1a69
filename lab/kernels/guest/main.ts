/**
 * What runs in the guest: every check of the plan, one line of JSON each (report.ts). Compiled to one
 * executable, so that the guest needs nothing but it, natra, and the tools of its own release.
 */
import { hasTcx, probeFeatures } from "./features.ts";
import { bogusNetns, noBpffs, readOnlyBpffs } from "./failopen.ts";
import { clsactPodside, clsactWithEdt, defaults, podside, tcxWithPolice } from "./lifecycle.ts";
import { runMix } from "./mix.ts";
import { LOG_FILE } from "./natra.ts";
import { othersSeeEverything } from "./others.ts";
import { stackStampsAreKept } from "./stamps.ts";
import { type CheckReport, formatReport } from "../report.ts";
import { MIXES, mixName, type Plan, RACES } from "../plan.ts";
import type { Tools } from "../../../tests/rig/tools.ts";

/** The rig's programs, in the guest. */
const TOOLS: Omit<Tools, "meterSeconds"> = { requests: "/w/requests", meter: "/w/meter.o" };

type Check = () => Promise<unknown>;

/** Seconds that the meter can hold come from the host, which compiled it. */
function checksOf(plan: Plan, tools: Tools): Readonly<Record<string, Check>> {
  const mixes = plan === "races" ? RACES : MIXES;
  const measured = Object.fromEntries(mixes.map((mix) => [mixName(mix), () => runMix(mix, tools)]));
  if (plan === "races") return measured;
  return {
    "features": probeFeatures,
    "the BPF tests": async () => await (await import("./bpf_tests.ts")).bpfTests(),
    "ADD, CHECK and DEL by default": defaults,
    "ADD, CHECK and DEL with clsact and edt": clsactWithEdt,
    "ADD, CHECK and DEL with tcx and police": tcxWithPolice,
    "ADD, CHECK and DEL with podside": podside,
    ...(hasTcx() ? { "ADD, CHECK and DEL with clsact-podside": clsactPodside } : {}),
    "others beside natra": () => othersSeeEverything({}),
    ...(hasTcx()
      ? { "others beside natra with clsact": () => othersSeeEverything({ attach: "clsact" }) }
      : {}),
    "fail-open without the network namespace": bogusNetns,
    "fail-open with a read-only bpffs": readOnlyBpffs,
    "bpffs is mounted where it is missing": noBpffs,
    "EDT keeps the stack's own stamps": () => stackStampsAreKept(tools),
    ...measured,
  };
}

async function runCheck(check: string, run: Check): Promise<CheckReport> {
  const start = performance.now();
  let error: string | null = null;
  let data: unknown = null;
  try {
    data = await run() ?? null;
  } catch (thrown) {
    const log = await Deno.readTextFile(LOG_FILE).catch(() => "");
    const what = thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown);
    error = `${what}\nnatra's log ends: ${log.slice(-2000)}`;
  }
  return { check, error, data, seconds: (performance.now() - start) / 1000 };
}

function write(line: string): void {
  let rest = new TextEncoder().encode(line);
  while (rest.length > 0) rest = rest.subarray(Deno.stdout.writeSync(rest));
}

const [plan, meterSeconds, only] = Deno.args;
if (plan !== "all" && plan !== "races") throw new Error(`Unknown plan "${plan}"`);
const checks = Object.entries(checksOf(plan, { ...TOOLS, meterSeconds: Number(meterSeconds) }))
  .filter(([name]) => only === undefined || name.includes(only));
for (const [name, run] of checks) write(formatReport(await runCheck(name, run)));
write(formatReport({ checks: checks.length }));
