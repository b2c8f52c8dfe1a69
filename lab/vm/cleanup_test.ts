import { assertEquals } from "@std/assert";

const MODULE = new URL("./cleanup.ts", import.meta.url).href;

/** Runs a program until it has printed "ready", sends it a signal, and returns how it ended. */
async function signalled(
  program: string,
  signal: Deno.Signal,
): Promise<{ rest: string; status: Deno.CommandStatus }> {
  const process = new Deno.Command(Deno.execPath(), { args: ["eval", program], stdout: "piped" }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("ready\n")) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
  }
  process.kill(signal);
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
  return { rest: text.replace("ready\n", ""), status: await process.status };
}

const program = (body: string): string =>
  `import { onSignal } from "${MODULE}";
   const say = (t) => Deno.stdout.writeSync(new TextEncoder().encode(t + "\\n"));
   ${body}
   say("ready"); setTimeout(() => {}, 20000);`;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test(`onSignal() undoes, newest first, and still ends by ${signal}`, async () => {
    const body = 'onSignal(() => say("first")); onSignal(() => say("second"));';
    const { rest, status } = await signalled(program(body), signal);
    assertEquals(rest, "second\nfirst\n");
    assertEquals(status.signal, signal);
  });
}

Deno.test("onSignal() undoes nothing once withdrawn", async () => {
  const { rest, status } = await signalled(program('onSignal(() => say("undone"))();'), "SIGTERM");
  assertEquals(rest, "");
  assertEquals(status.signal, "SIGTERM");
});
