import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { stdinOf } from "../../tests/rig/stdin_of.ts";
import { CniError } from "./errors.ts";
import { chained, type CniRequest, readRequest } from "./protocol.ts";

const CONF = { cniVersion: "1.0.0", name: "pods", type: "natra", prevResult: { cniVersion: "1.0.0" } };
const ENV = { CNI_COMMAND: "ADD", CNI_CONTAINERID: "c0ffee", CNI_NETNS: "/run/netns/x", CNI_IFNAME: "eth0" };

function request(env: Record<string, string>, conf: unknown): CniRequest {
  return readRequest(
    new Map(Object.entries(env)),
    stdinOf(typeof conf === "string" ? conf : JSON.stringify(conf)),
  );
}

function refusal(env: Record<string, string>, conf: unknown): [number, string] {
  const error = assertThrows(() => request(env, conf), CniError);
  return [error.code, `${error.message}: ${error.details ?? ""}`];
}

Deno.test("readRequest() reads an ADD", () => {
  const read = request(ENV, CONF);
  if (read.command !== "ADD") throw new Error(`Not an ADD: ${read.command}`);
  assertEquals([read.containerId, read.netns, read.ifname], ["c0ffee", "/run/netns/x", "eth0"]);
  assertEquals(read.conf.prevResult, { cniVersion: "1.0.0" });
});

Deno.test("chained() refuses an ADD and a CHECK without a prevResult, which readRequest() accepts", () => {
  const { prevResult: _, ...alone } = CONF;
  for (const CNI_COMMAND of ["ADD", "CHECK"] as const) {
    const read = request({ ...ENV, CNI_COMMAND }, alone);
    if (read.command !== CNI_COMMAND) throw new Error(`Not ${CNI_COMMAND}: ${read.command}`);
    const error = assertThrows(() => chained(read), CniError);
    assertEquals(error.code, 7);
    assertMatch(
      `${error.message}: ${error.details}`,
      /^Must be called as a chained plugin: (ADD|CHECK) needs a prevResult: natra belongs/,
    );
    const behind = request({ ...ENV, CNI_COMMAND }, CONF);
    if (behind.command !== CNI_COMMAND) throw new Error(`Not ${CNI_COMMAND}: ${behind.command}`);
    assertEquals(chained(behind), behind);
  }
  assertEquals(request({ ...ENV, CNI_COMMAND: "DEL", CNI_NETNS: "" }, alone).command, "DEL");
  assertEquals(request({ ...ENV, CNI_COMMAND: "DEL" }, { ...alone, prevResult: "odd" }).command, "DEL");
});

Deno.test("readRequest() allows each command since the version that introduced it", () => {
  const versions = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];
  const allowed = (CNI_COMMAND: string): string[] =>
    versions.filter((cniVersion) => {
      try {
        return request({ ...ENV, CNI_COMMAND }, { ...CONF, cniVersion }).command === CNI_COMMAND;
      } catch (error) {
        assertEquals(error instanceof CniError && error.code, 1);
        return false;
      }
    });
  assertEquals(allowed("ADD"), versions);
  assertEquals(allowed("DEL"), versions);
  assertEquals(allowed("CHECK"), ["0.4.0", "1.0.0", "1.1.0"]);
  assertEquals(allowed("GC"), ["1.1.0"]);
  assertEquals(allowed("STATUS"), ["1.1.0"]);
});

Deno.test("readRequest() needs no pod for GC and STATUS", () => {
  for (const command of ["GC", "STATUS"]) {
    const env = { CNI_COMMAND: command, CNI_CONTAINERID: "", CNI_NETNS: "", CNI_IFNAME: "" };
    assertEquals(request(env, { ...CONF, cniVersion: "1.1.0" }).command, command);
  }
});

Deno.test("readRequest() does not read stdin for VERSION", () => {
  const untouched = {
    readSync(): number | null {
      throw new Error("stdin was read");
    },
  };
  assertEquals(readRequest(new Map([["CNI_COMMAND", "VERSION"]]), untouched), { command: "VERSION" });
});

Deno.test("readRequest() checks the environment before it reads stdin", () => {
  assertEquals(refusal({ CNI_COMMAND: "ADD" }, "not json")[0], 4);
  assertEquals(refusal({ CNI_COMMAND: "NOPE" }, "not json")[0], 4);
});

Deno.test("readRequest() rejects an unreadable stdin with code 5, and invalid JSON with code 6", () => {
  const broken = {
    readSync(): number | null {
      throw new Error("Is a directory");
    },
  };
  const error = assertThrows(() => readRequest(new Map(Object.entries(ENV)), broken), CniError);
  assertEquals([error.code, error.details], [5, "Is a directory"]);
  assertEquals(refusal(ENV, "")[0], 6);
  assertEquals(refusal(ENV, "{")[0], 6);
});

Deno.test("readRequest() reads at most 8 MiB", () => {
  const fill = (bytes: number): string => {
    const text = JSON.stringify({ ...CONF, fill: "" });
    return text.replace('"fill":""', `"fill":"${"x".repeat(bytes - text.length)}"`);
  };
  assertEquals(request(ENV, fill(8 * 1024 * 1024)).command, "ADD");
  assertEquals(refusal(ENV, fill(8 * 1024 * 1024 + 1))[0], 6);
});

/** Runs a piece of code on the real stdout, piped into a shell command. */
async function runInto(
  code: string,
  consumer: string,
): Promise<{ stdout: string; exit: string; stderr: string }> {
  const directory = await Deno.makeTempDir({ prefix: "natra-protocol-" });
  try {
    const module = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);
    const prelude = `import { answerAdd, answerError, answerVersion } from ${module("./protocol.ts")};
      import { CniError, CODE } from ${module("./errors.ts")};
      import { readConfig } from ${module("./config.ts")};\n`;
    await Deno.writeTextFile(`${directory}/run.ts`, prelude + code);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const script = `"$0" run -A --no-check --config "$1" "$2" | ${consumer}; echo "\${PIPESTATUS[0]}" >&3`;
    const { stdout, stderr } = await new Deno.Command("bash", {
      args: [
        "-c",
        `{ ${script}; } 3>"$3"`,
        Deno.execPath(),
        config,
        `${directory}/run.ts`,
        `${directory}/exit`,
      ],
    }).output();
    const text = new TextDecoder();
    const exit = (await Deno.readTextFile(`${directory}/exit`)).trim();
    return { stdout: text.decode(stdout), exit, stderr: text.decode(stderr) };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Code that answers an ADD whose prevResult is given. */
function addOf(prevResult: string): string {
  return `
    const conf = readConfig('{"cniVersion":"1.0.0","name":"n","type":"t","prevResult":' + ${prevResult} + "}");
    const pod = { namespace: null, name: null, uid: null };
    answerAdd({ command: "ADD", containerId: "c", netns: "/n", ifname: "eth0", pod, conf }, conf.prevResult);`;
}

Deno.test("answerAdd() writes prevResult unchanged in meaning, under the request's version", async () => {
  const prevResult =
    '{"cniVersion":"0.4.0","x":[18446744073709551615,1.0],"u":{"__proto__":null,"é":"\\ud800"}}';
  const { stdout, exit } = await runInto(
    addOf(JSON.stringify(prevResult)),
    "cat",
  );
  assertEquals(exit, "0");
  assertMatch(stdout, /"x":\[18446744073709551615,1\.0\]/);
  assertEquals(JSON.parse(stdout), { ...JSON.parse(prevResult), cniVersion: "1.0.0" });
});

Deno.test("answerAdd() writes the whole of a large answer to a slow reader", async () => {
  const code = addOf(`'{"fill":"' + "x".repeat(3_000_000) + '"}'`);
  const { stdout, exit } = await runInto(code, "{ sleep 0.3; cat; }");
  assertEquals([exit, JSON.parse(stdout).fill.length], ["0", 3_000_000]);
});

Deno.test("answerAdd() survives a reader that has gone", async () => {
  const code = addOf(`'{"fill":"' + "x".repeat(3_000_000) + '"}'`) + '\nconsole.error("went on");';
  const { exit, stderr } = await runInto(code, "head -c 1 >/dev/null");
  assertEquals([exit, stderr], ["0", "went on\n"]);
});

Deno.test("answerError() and answerVersion() write one JSON object and nothing else", async () => {
  const error = await runInto(
    'answerError(new CniError(CODE.INVALID_ENVIRONMENT, "No", "why"), "0.4.0");',
    "cat",
  );
  assertEquals(error.stdout, '{"cniVersion":"0.4.0","code":4,"msg":"No","details":"why"}\n');
  const odd = await runInto('answerError("odd");', "cat");
  assertEquals(odd.stdout, '{"cniVersion":"1.1.0","code":999,"msg":"odd"}\n');
  const version = await runInto("answerVersion();", "cat");
  assertEquals(JSON.parse(version.stdout), {
    cniVersion: "1.1.0",
    supportedVersions: ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"],
  });
});
