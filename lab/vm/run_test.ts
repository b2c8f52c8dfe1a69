import { assertEquals, assertStringIncludes } from "@std/assert";
import { cacheDirectory, exists } from "./cache.ts";
import { cannotBoot } from "./testing.ts";

const ignore = await cannotBoot("6.12");
const RUN = new URL("./run.ts", import.meta.url).pathname;

function start(args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", RUN, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("run.ts passes on the command's exit code and output", { ignore }, async () => {
  const { code, stdout } = await start(["6.12", "--", "echo", "$((6", "*", "7));", "exit", "7"]).output();
  assertEquals({ code, output: new TextDecoder().decode(stdout) }, { code: 7, output: "42\n" });
});

Deno.test("run.ts exits 124 after a timeout", { ignore }, async () => {
  const { code, stderr } = await start(["-t", "1", "6.12", "--", "true"]).output();
  assertEquals(code, 124);
  assertStringIncludes(new TextDecoder().decode(stderr), "Timed out after 1 s");
});

Deno.test("run.ts exits 125 and shows the usage for a bad request", async () => {
  const { code, stderr } = await start(["6.12"]).output();
  assertEquals(code, 125);
  assertStringIncludes(new TextDecoder().decode(stderr), "Usage:");
});

/** Waits for a runner's machine: before, its children make the disks. */
async function machineOf({ pid }: Deno.ChildProcess): Promise<number> {
  for (;;) {
    const children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
    for (const child of children.trim().split(" ").filter((text) => text !== "")) {
      const commandLine = await Deno.readTextFile(`/proc/${child}/cmdline`).catch(() => "");
      if (commandLine.includes("qemu-system") && commandLine.includes("-kernel")) return Number(child);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

for (const signal of ["SIGINT", "SIGKILL"] as const) {
  Deno.test(`run.ts leaves no machine behind after ${signal}`, { ignore }, async () => {
    const process = start(["6.12", "--", "sleep 1000"]);
    const machine = await machineOf(process);
    process.kill(signal);
    await process.stdout.cancel();
    await process.stderr.cancel();
    assertEquals((await process.status).signal, signal);
    for (let tries = 0; tries < 300 && await exists(`/proc/${machine}`); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assertEquals(await exists(`/proc/${machine}`), false);
    const runs = `${cacheDirectory()}/runs`;
    const names = Array.from(Deno.readDirSync(runs), (entry) => entry.name);
    const left = names.filter((name) => name.startsWith(`${process.pid}-`));
    for (const name of left) await Deno.remove(`${runs}/${name}`, { recursive: true });
    // a killed process cannot tidy up: the next run would have done it
    assertEquals(left.length, signal === "SIGKILL" ? 1 : 0);
  });
}
