import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { exists } from "./cache.ts";
import { findProgram, requireProgram, run } from "./command.ts";
import { VmError } from "./error.ts";

Deno.test("findProgram() finds the administrator's programs without them in $PATH", () => {
  const before = Deno.env.get("PATH") ?? "";
  Deno.env.set("PATH", "relative:/nowhere");
  try {
    assertEquals(findProgram("mke2fs")?.endsWith("/mke2fs"), true);
    assertEquals(findProgram("no-such-program"), undefined);
  } finally {
    Deno.env.set("PATH", before);
  }
});

Deno.test("requireProgram() throws a host error that quotes the program", () => {
  const error = assertThrows(() => requireProgram("no-such-program"), VmError, '"no-such-program"');
  assertEquals(error.kind, "host");
});

Deno.test("run() returns standard output alone", async () => {
  assertEquals(await run("bash", ["-c", "echo out; echo err >&2"]), "out\n");
});

Deno.test("run() passes environment and directory on", async () => {
  assertEquals(
    await run("bash", ["-c", "echo $GREETING $PWD"], { env: { GREETING: "hi" }, cwd: "/proc" }),
    "hi /proc\n",
  );
});

Deno.test("run() throws with exit code, what was said, and the kind asked for", async () => {
  const failing = (): Promise<string> => run("bash", ["-c", "echo why >&2; exit 3"], { kind: "network" });
  const error = await assertRejects(failing, VmError, "(exit 3): why");
  assertEquals(error.kind, "network");
});

Deno.test("run() leaves no process behind when its own process is killed", async () => {
  const module = new URL("./command.ts", import.meta.url).href;
  const script = `import { run } from "${module}"; await run("sleep", ["60"]);`;
  const parent = new Deno.Command(Deno.execPath(), { args: ["eval", script], stdout: "null", stderr: "null" })
    .spawn();
  const child = await waitFor(() => childOf(parent.pid));
  parent.kill("SIGKILL");
  await parent.status;
  await waitFor(async () => await exists(`/proc/${child}`) ? undefined : true);
});

async function childOf(pid: number): Promise<number | undefined> {
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`).catch(() => "");
  const [first] = text.trim().split(" ");
  return first ? Number(first) : undefined;
}

async function waitFor<T>(probe: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 100; tries++) {
    const value = await probe();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("Timed out waiting");
}
