/** Millions of requests, read and judged in this process. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CniError } from "../../src/cni/errors.ts";
import { addAnswer, chained, readRequest } from "../../src/cni/protocol.ts";
import { requestedLimits } from "../../src/natra/cni/limits_from_conf.ts";
import { natraConf, readOwnKeys } from "../../src/natra/cni/natra_conf.ts";
import type { DirectionLimit } from "../../src/natra/limits/fields.ts";
import { decideLimits } from "../../src/natra/limits/limits.ts";
import { formatLine } from "../../src/base/log/line.ts";
import { recordingLogger } from "../rig/recording_logger.ts";
import { assertErrorAnswer, assertResult } from "./answers.ts";
import { isLong } from "./length.ts";
import { anyJson, anyNastyText } from "./mutations.ts";
import { stdinOf } from "../rig/stdin_of.ts";
import { anyRequest, type Request } from "./requests.ts";

/** Half of the inputs are whole requests, half of them what pods and configurations say about limits. */
const RUNS = isLong ? 500_000 : 10_000;
const TWO_FRAMES = 3028n; // bytes
/** What may not stand in a log: it would forge lines, or turn a terminal's text round. */
const INVISIBLE = /\p{Cc}|[\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;

function assertLimit(limit: DirectionLimit, maxSketchBytes: number): void {
  const most = (limit.rate + 7n) / 8n > TWO_FRAMES ? (limit.rate + 7n) / 8n : TWO_FRAMES; // 1 s of the rate
  assert(limit.rate >= 1_000n && limit.rate <= 1_000_000_000_000_000n, `${limit.rate} bit/s`);
  assert(limit.burst >= TWO_FRAMES && limit.burst <= most, `${limit.burst} bytes`);
  assert(
    limit.width >= 64 && limit.width <= 65_536 && Number.isInteger(Math.log2(limit.width)),
    `${limit.width}`,
  );
  assert(limit.depth >= 1 && limit.depth <= 8 && Number.isInteger(limit.depth), `${limit.depth}`);
  assert(limit.width * limit.depth * 8 <= maxSketchBytes, `${limit.width} × ${limit.depth}`);
  assert(limit.threshold === null || limit.threshold > 0n, `${limit.threshold}`);
}

/** One line each, of a length that can be had, and nothing in it that is not what it seems. */
function assertLoggable(message: string, fields: Readonly<Record<string, unknown>>): void {
  const line = formatLine("warn", message, fields);
  assertEquals(line.indexOf("\n"), line.length - 1);
  assert(!INVISIBLE.test(line.slice(0, -1)), line);
  assert(new TextEncoder().encode(line).length <= 16 * 1024);
  JSON.parse(line);
}

function answer({ env, stdin }: Request): void {
  let request;
  try {
    request = readRequest(new Map(Object.entries(env)), stdinOf(stdin));
    if (request.command === "ADD" || request.command === "CHECK") request = chained(request);
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    assertLoggable("request failed", { error: error.message, details: error.details });
    return assertErrorAnswer(`${JSON.stringify(error.toAnswer("1.1.0"))}\n`);
  }
  if (request.command === "ADD") assertResult(addAnswer(request, request.conf.prevResult ?? {}), stdin);
  if (!("conf" in request)) return;
  const { logger, lines } = recordingLogger();
  const conf = natraConf(request.conf);
  const limits = requestedLimits(conf, logger, {});
  for (const limit of [limits.ingress, limits.egress]) {
    if (limit !== null) assertLimit(limit, conf.maxSketchBytes);
  }
  for (const { message, fields } of lines) assertLoggable(message, fields);
}

Deno.test("readRequest() and what follows answer any request with a result or an error of the specification", () => {
  fc.assert(fc.property(anyRequest(), answer), { numRuns: RUNS });
});

Deno.test("decideLimits() decides anything that anybody says, within the bounds", () => {
  const keys = ["ingressRate", "ingressBurst", "egressRate", "egressBurst", "ingress", "egress", "pacer"];
  const annotations = ["natra.io", "kubernetes.io"].flatMap((prefix) =>
    ["ingress", "egress"].map((direction) => `${prefix}/${direction}-bandwidth`)
  );
  const bandwidth = ["IngressRate", "IngressBurst", "egressRate", "egressBurst"];
  const sources = fc.record({
    annotations: fc.option(fc.dictionary(fc.constantFrom(...annotations), anyNastyText(), { maxKeys: 4 })),
    runtimeBandwidth: fc.oneof(
      fc.dictionary(fc.constantFrom(...bandwidth), anyJson(), { maxKeys: 4 }),
      anyJson(),
    ),
    conf: fc.dictionary(fc.constantFrom(...keys), anyJson(), { maxKeys: 4 }),
    own: fc.dictionary(fc.constantFrom("maxSketchBytes", "timeout", "logFile"), anyJson(), { maxKeys: 3 }),
  });
  fc.assert(
    fc.property(sources, ({ annotations, runtimeBandwidth, conf, own }) => {
      const { maxSketchBytes } = readOwnKeys(new Map(Object.entries(own)), (warning) => {
        assertLoggable("bad value", { ...warning });
      });
      const { limits, warnings } = decideLimits({ annotations, runtimeBandwidth, conf, maxSketchBytes });
      for (const limit of [limits.ingress, limits.egress]) {
        if (limit !== null) assertLimit(limit, maxSketchBytes);
      }
      for (const warning of warnings) assertLoggable("bad value", { ...warning });
    }),
    { numRuns: RUNS },
  );
});
