import { assertEquals } from "@std/assert";

/** A program of its own: a signal is meant for a whole process. */
async function interrupt(body: string, signal: Deno.Signal): Promise<{ code: number; stdout: string }> {
  const module = new URL("./interruption.ts", import.meta.url).href;
  const program = `
    import { Interrupted, orInterruption, pause, stopOnSignals } from ${JSON.stringify(module)};
    using _signals = stopOnSignals();
    console.log("ready");
    try { ${body} } catch (error) {
      console.log(error.message);
      if (error instanceof Interrupted) Deno.exitCode = error.exitCode;
    }`;
  const data = `data:application/typescript,${encodeURIComponent(program)}`;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", data],
    stdout: "piped",
  });
  const process = command.spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let stdout = "";
  for (let signalled = false;;) {
    const { done, value } = await reader.read();
    if (done) break;
    stdout += value;
    if (!signalled && stdout.includes("ready\n")) {
      process.kill(signal);
      signalled = true;
    }
  }
  return { code: (await process.status).code, stdout };
}

Deno.test("pause() ends as soon as a signal arrives", async () => {
  assertEquals(await interrupt("await pause(60_000)", "SIGINT"), {
    code: 130,
    stdout: "ready\nStopped by SIGINT\n",
  });
  assertEquals(await interrupt("await pause(60_000)", "SIGTERM"), {
    code: 143,
    stdout: "ready\nStopped by SIGTERM\n",
  });
});

Deno.test("orInterruption() refuses to wait once a signal has arrived", async () => {
  const body = "await pause(60_000).catch(() => {}); console.log(await orInterruption(Promise.resolve(1)))";
  assertEquals(await interrupt(body, "SIGHUP"), { code: 129, stdout: "ready\nStopped by SIGHUP\n" });
});
