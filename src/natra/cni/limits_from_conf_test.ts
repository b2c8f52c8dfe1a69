import { assertEquals } from "@std/assert";
import { readConfig } from "../../cni/config.ts";
import { recordingLogger } from "../../../tests/rig/recording_logger.ts";
import { type NatraConf, natraConf } from "./natra_conf.ts";
import { requestedLimits } from "./limits_from_conf.ts";

const WHO = { containerId: "c1", ifname: "eth0" };
const natraOf = (more: Readonly<Record<string, unknown>>): NatraConf =>
  natraConf(readConfig(JSON.stringify({ cniVersion: "1.0.0", name: "n", type: "natra", ...more })));

Deno.test("requestedLimits() of an empty configuration gives neither limits nor warnings", () => {
  const { logger, lines } = recordingLogger();
  assertEquals(requestedLimits(natraOf({}), logger, WHO), { ingress: null, egress: null });
  assertEquals(lines, []);
});

Deno.test("requestedLimits() decides from annotations, runtimeConfig, and the configuration's own keys", () => {
  const { logger, lines } = recordingLogger();
  const limits = requestedLimits(
    natraOf({
      pacer: "edt",
      ingressRate: 5_000_000,
      runtimeConfig: {
        bandwidth: { EgressRate: 3_000_000, EgressBurst: 4294967295 },
        "io.kubernetes.cri.pod-annotations": { "natra.io/ingress-bandwidth": "1M" },
      },
    }),
    logger,
    WHO,
  );
  assertEquals([limits.ingress?.rate, limits.ingress?.pacer], [1_000_000n, "edt"]);
  assertEquals([limits.egress?.rate, limits.egress?.burst], [3_000_000n, 15_000n]);
  assertEquals(lines, []);
});

Deno.test("requestedLimits() logs values of the configuration and the annotations that cannot be used", () => {
  const { logger, lines } = recordingLogger();
  requestedLimits(
    natraOf({
      timeout: -3,
      runtimeConfig: { "io.kubernetes.cri.pod-annotations": { "natra.io/egress-bandwidth": '{"rate":"1"}' } },
    }),
    logger,
    WHO,
  );
  assertEquals(
    lines.map((
      { level, fields: { key, given, used, containerId } },
    ) => [level, key, given, used, containerId]),
    [
      ["warn", "configuration timeout", "-3", "10", "c1"],
      ["warn", "annotation natra.io/egress-bandwidth: rate", '"1"', "1k", "c1"],
    ],
  );
});

Deno.test("requestedLimits() keeps the sketch within the configuration's maxSketchBytes", () => {
  const { logger } = recordingLogger();
  const sketch = JSON.stringify({ rate: "1M", cms: { width: 65536, depth: 8 } });
  const limits = requestedLimits(
    natraOf({
      maxSketchBytes: 8192,
      runtimeConfig: { "io.kubernetes.cri.pod-annotations": { "natra.io/ingress-bandwidth": sketch } },
    }),
    logger,
    WHO,
  );
  assertEquals((limits.ingress?.width ?? 0) * (limits.ingress?.depth ?? 0) * 8, 8192);
});
