/** Requests that natra cannot understand: an error object with the specification's code, and exit code 1. */
import { assertEquals, assertMatch } from "@std/assert";
import type { CniCommand } from "../rig/cni.ts";
import { type Call, Scene } from "../rig/scene.ts";
import { ownLog, unreadableStdin } from "../rig/surroundings.ts";

interface Case {
  readonly name: string;
  readonly command: CniCommand;
  readonly call: Call;
  readonly code: number;
  /** The answer's version, if not the newest. */
  readonly version?: string;
  /** What message and details must say. */
  readonly says: RegExp;
}

const INVALID_ENVIRONMENT = 4;

const CASES: readonly Case[] = [
  {
    name: "stdin that cannot be read",
    command: "ADD",
    call: { wrap: [...ownLog, ...unreadableStdin] },
    code: 5,
    says: /Cannot read the network configuration from stdin/,
  },
  { name: "an empty stdin", command: "ADD", call: { stdin: "" }, code: 6, says: /as JSON/ },
  {
    name: "stdin that is no JSON",
    command: "ADD",
    call: { stdin: '{"cniVersion":' },
    code: 6,
    says: /as JSON/,
  },
  {
    name: "JSON that is no object",
    command: "DEL",
    call: { stdin: "[]" },
    code: 6,
    says: /not a JSON object/,
  },
  ...["0.1.0", "0.2.0", "2.0.0", "1.0"].map((cniVersion): Case => ({
    name: `version ${cniVersion}`,
    command: "ADD",
    call: { conf: { cniVersion } },
    code: 1,
    says: new RegExp(`configuration is "${cniVersion}", supported are 0\\.3\\.0`),
  })),
  {
    name: "a configuration without a version",
    command: "ADD",
    call: { conf: { cniVersion: undefined } },
    code: 1,
    says: /"0\.1\.0"/,
  },
  ...[["CHECK", "0.3.1"], ["GC", "1.0.0"], ["STATUS", "1.0.0"]].map(([command, cniVersion]): Case => ({
    name: `${command} of ${cniVersion}`,
    command: command as CniCommand,
    call: { conf: { cniVersion } },
    code: 1,
    says: new RegExp(`version is ${cniVersion}, ${command} needs`),
  })),
  {
    name: "an unknown command",
    command: "ADD",
    call: { env: { CNI_COMMAND: "UPDATE" } },
    code: INVALID_ENVIRONMENT,
    says: /CNI_COMMAND is "UPDATE"/,
  },
  {
    name: "an empty command",
    command: "ADD",
    call: { env: { CNI_COMMAND: "" } },
    code: 4,
    says: /CNI_COMMAND/,
  },
  ...["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"].map((name): Case => ({
    name: `ADD without ${name}`,
    command: "ADD",
    call: { env: { [name]: undefined } },
    code: INVALID_ENVIRONMENT,
    says: new RegExp(`ADD requires ${name}`),
  })),
  {
    name: "DEL without any variable",
    command: "DEL",
    call: { env: { CNI_CONTAINERID: undefined, CNI_NETNS: undefined, CNI_IFNAME: undefined } },
    code: INVALID_ENVIRONMENT,
    says: /DEL requires CNI_CONTAINERID, CNI_IFNAME/,
  },
  {
    name: "a container ID that is a path",
    command: "ADD",
    call: { env: { CNI_CONTAINERID: "../../etc" } },
    code: INVALID_ENVIRONMENT,
    says: /Invalid CNI_CONTAINERID.*"\.\.\/\.\.\/etc"/,
  },
  {
    name: "an interface name that is a path",
    command: "ADD",
    call: { env: { CNI_IFNAME: "../eth0" } },
    code: INVALID_ENVIRONMENT,
    says: /Invalid CNI_IFNAME/,
  },
  {
    name: "ADD without a prevResult",
    command: "ADD",
    call: { conf: { prevResult: undefined } },
    code: 7,
    version: "1.0.0", // the request's own: it was understood, but not wanted
    says: /chained plugin/,
  },
  {
    name: "a network without a name",
    command: "ADD",
    call: { conf: { name: undefined } },
    code: 7,
    says: /name is missing/,
  },
];

Deno.test("natra answers an error object to what it cannot understand, and exits with 1", async (t) => {
  await using scene = await Scene.create();
  for (const { name, command, call, code, version = "1.1.0", says } of CASES) {
    await t.step(`code ${code} to ${name}`, async () => {
      const { answer, stdout, ...outcome } = await scene.call(command, { wrap: ownLog, ...call });
      const { msg, details = "", ...rest } = answer as { msg: string; details?: string };
      assertEquals<unknown>([outcome.code, rest], [1, { cniVersion: version, code }]);
      assertMatch(`${msg}: ${details}`, says);
      assertMatch(stdout, /^\{.*\}\n$/);
      assertMatch(outcome.stderr, /"level":"error","msg":"request failed"/);
    });
  }
});

Deno.test("VERSION answers every version that natra speaks, whatever is on stdin", async () => {
  await using scene = await Scene.create();
  const supportedVersions = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];
  for (const stdin of ["", "not JSON", '{"cniVersion":"0.4.0"}']) {
    const { code, answer, stderr } = await scene.call("VERSION", { stdin });
    assertEquals<unknown>([code, answer, stderr], [0, { cniVersion: "1.1.0", supportedVersions }, ""]);
  }
});

Deno.test("STATUS succeeds and says nothing", async () => {
  await using scene = await Scene.create();
  const conf = { cniVersion: "1.1.0", prevResult: undefined };
  const { code, stdout, stderr } = await scene.call("STATUS", { conf });
  assertEquals([code, stdout, stderr], [0, "", ""]);
});
