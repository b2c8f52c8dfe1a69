import { assertEquals, assertRejects } from "@std/assert";
import { VmError } from "./error.ts";
import { type Ended, runMachine } from "./machine.ts";

/**
 * Runs a script that stands in for QEMU, with the file of its output as $1: tested is how a process is
 * watched and ended.
 */
async function runScript(
  script: string,
  timeout: number,
  onOutput?: (chunk: Uint8Array) => void,
): Promise<Ended> {
  const directory = await Deno.makeTempDir({ prefix: "natra-machine-" });
  await using _directory = { [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }) };
  const output = `${directory}/output`;
  const shell = { program: "/bin/bash", args: ["-c"] };
  return await runMachine(shell, [`exec >>"$1"; ${script}`, "sh", output], { timeout, output }, onOutput);
}

Deno.test("runMachine() collects the output, also where a character is split", async () => {
  const ended = await runScript("printf '\\303'; sleep 0.2; printf '\\244'", 10);
  assertEquals(ended.output, "\u00e4");
  assertEquals(ended.timedOut, false);
  assertEquals(ended.seconds >= 0.2 && ended.seconds < 10, true);
});

Deno.test("runMachine() ends the process when its time is up", async () => {
  const ended = await runScript("echo begun; exec sleep 60", 0.5);
  assertEquals({ output: ended.output, timedOut: ended.timedOut }, { output: "begun\n", timedOut: true });
});

Deno.test("runMachine() throws what the program complained of", async () => {
  const failing = (): Promise<unknown> => runScript("echo no such machine >&2; exit 1", 10);
  const error = await assertRejects(failing, VmError, "(exit 1): no such machine");
  assertEquals(error.kind, "crash");
});

Deno.test("runMachine() ends the process if its caller cannot take the output", async () => {
  let pid = 0;
  const onOutput = (chunk: Uint8Array): void => {
    pid = Number(new TextDecoder().decode(chunk));
    throw new Error("full");
  };
  await assertRejects(() => runScript("echo $$; exec sleep 60", 30, onOutput), Error, "full");
  await assertRejects(() => Deno.stat(`/proc/${pid}`), Deno.errors.NotFound);
});
