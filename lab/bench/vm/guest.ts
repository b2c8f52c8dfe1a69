/**
 * What runs in the guest: one mix at one cap, as `deno task bench` would measure it. Its argument is the
 * order as JSON.
 */
import { bandwidthLimiter } from "../../../tests/rig/bandwidth.ts";
import { print } from "../../../tests/rig/cli.ts";
import { prepareContenders } from "../mix/contenders.ts";
import { VM_MIXES } from "../mix/mixes.ts";
import { runMix, UNWATCHED } from "../mix/run_mix.ts";
import { formatAnswer, type Order } from "./order.ts";

const order = JSON.parse(Deno.args[0] ?? "") as Order;
const { rate, rounds, seconds, meterSeconds } = order;
const { contenders, missing } = await prepareContenders(order.contenders, {
  natra: "/w/natra",
  log: "/run/natra-bench.log",
  bandwidth: (burst) => Promise.resolve({ limiter: bandwidthLimiter("/w/bandwidth", burst) }),
});
const mix = VM_MIXES[order.mix]!;
const tools = { requests: "/w/requests", meter: "/w/meter.o", meterSeconds };
const { rows, checks } = await runMix({ mix, rate, rounds, seconds }, contenders, tools, UNWATCHED);
print(formatAnswer({ rows: rows.map(({ rounds: _, ...row }) => row), checks, missing }));
