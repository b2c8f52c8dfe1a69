import { stdinOf } from "../../../tests/rig/stdin_of.ts";
import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { natraConf } from "./natra_conf.ts";
import { decideLimits } from "../limits/limits.ts";
import { type CniRequest, readRequest } from "../../cni/protocol.ts";

/** What a real client sent to a recorder in natra's place, and what that answered. */
interface Recording {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Readonly<Record<string, unknown>>;
  readonly exit: number;
}

const ROOT = new URL("../../../tests/fixtures/", import.meta.url);

function* recordings(): Generator<[string, Recording]> {
  for (const directory of [...Deno.readDirSync(ROOT)].sort((a, b) => a.name < b.name ? -1 : 1)) {
    for (
      const file of [...Deno.readDirSync(new URL(`${directory.name}/`, ROOT))].sort((a, b) =>
        a.name < b.name ? -1 : 1
      )
    ) {
      const name = `${directory.name}/${file.name}`;
      yield [name, JSON.parse(Deno.readTextFileSync(new URL(name, ROOT)))];
    }
  }
}

function replay({ env, stdin }: Recording): CniRequest {
  return readRequest(new Map(Object.entries(env)), stdinOf(JSON.stringify(stdin)));
}

/** Rate in bits per second and burst in bytes of both directions, by the recordings' directories. */
const EXPECTED: readonly (readonly [RegExp, readonly (readonly [bigint, bigint] | null)[]])[] = [
  [/^ctrd17-noannotations\//, [null, null]],
  [/^ctrd2-1\.1\.0\/00[689]-/, [null, null]],
  [/^ctrd17-only-ingress\//, [[1_500_000n, 7_500n], null]],
  // A natra.io annotation of 1M for ingress wins over runtimeConfig, whose burst goes with its own rate.
  [/^cnitool-1\.0\.0\//, [[1_000_000n, 5_000n], [20_000_000n, 125_000n]]],
  [/^cnitool-1\.1\.0\//, [[10_000_000n, 125_000n], [20_000_000n, 125_000n]]],
  // natra.io/ingress-bandwidth requests a burst of 64k bits; egress has the default.
  [/^(ctrd16-S1-basic|ctrd17-S1-basic|ctrd2-1\.1\.0|kubelet17-basic)\//, [[10_000_000n, 8_000n], [
    10_000_000n,
    50_000n,
  ]]],
  [/^(ctrd17-S3-failadd|ctrd17-S6-killed)\//, [[10_000_000n, 50_000n], [10_000_000n, 50_000n]]],
];

let count = 0;
for (const [name, recording] of recordings()) {
  count++;
  Deno.test(`readRequest() understands the recorded ${name}`, () => {
    const request = replay(recording);
    assertEquals(request.command, recording.command);
    if (request.command === "VERSION") return;
    assertEquals(request.conf.warnings, []);
    assertEquals([request.conf.name, request.conf.type], ["crinet", "natra"]);
    assertEquals<unknown>(request.conf.prevResult, recording.stdin["prevResult"] ?? null);
    if (request.command === "GC" || request.command === "STATUS") {
      const attachments = recording.stdin["cni.dev/valid-attachments"];
      assertEquals<unknown>(
        request.conf.validAttachments,
        attachments === undefined ? null : attachments ?? [],
      );
      return;
    }
    assertEquals(request.containerId, recording.env["CNI_CONTAINERID"]);
    assertEquals(request.netns, recording.env["CNI_NETNS"]);
    assertEquals(request.pod.name, /K8S_POD_NAME=([^;]*)/.exec(recording.env["CNI_ARGS"] ?? "")?.[1]);
  });

  if (!["ADD", "CHECK", "DEL"].includes(recording.command)) continue;
  Deno.test(`decideLimits() decides the recorded ${name} as expected`, () => {
    const request = replay(recording);
    if (request.command === "VERSION") throw new Error("Not a request with a configuration");
    const conf = natraConf(request.conf);
    const { limits, warnings } = decideLimits({
      annotations: conf.annotations,
      runtimeBandwidth: conf.runtimeBandwidth,
      conf: { ...conf.limits, pacer: conf.pacer },
      maxSketchBytes: conf.maxSketchBytes,
    });
    const [, expected] = EXPECTED.find(([directory]) => directory.test(name)) ?? [];
    const decided = [limits.ingress, limits.egress].map((limit) =>
      limit === null ? null : [limit.rate, limit.burst]
    );
    assertEquals<unknown>(decided, expected);
    const unknown = JSON.stringify(conf.annotations ?? {}).includes("note")
      ? ['annotation natra.io/ingress-bandwidth: "note"']
      : [];
    assertEquals(warnings.map(({ key }) => key), unknown);
  });
}

Deno.test("the recordings are all there", () => assertGreaterOrEqual(count, 38));
