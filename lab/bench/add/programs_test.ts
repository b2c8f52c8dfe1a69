import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { outcomeOf } from "../../../tests/rig/run.ts";
import { compileOnce } from "../../../tests/rig/tools.ts";
import { splitReport } from "./cost.ts";

const source = new URL("./cost.c", import.meta.url).pathname;
const cost = await compileOnce({
  sources: [source],
  target: new URL("../../../build/bench/cost", import.meta.url).pathname,
  command: (output) => ["gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-o", output, source],
});

Deno.test("cost hands over the whole input, and the program's answer and exit status", async () => {
  const input = "x".repeat(200_000);
  const { stdout } = await outcomeOf([cost, "sh", "-c", "wc -c; exit 3"], { stdin: input });
  const { answer, figures } = splitReport(stdout);
  assertEquals(answer.trim(), "200000");
  assertEquals(figures!.code, 3);
});

Deno.test("cost counts the CPU time and the memory of the program, not its own", async () => {
  const idle = splitReport((await outcomeOf([cost, "true"])).stdout).figures!;
  const busy = splitReport(
    (await outcomeOf([cost, "sh", "-c", 'x=$(printf "%20000000s" x); : "$x"'])).stdout,
  ).figures!;
  assert(busy.peak > idle.peak + 5e6, `${busy.peak} bytes against ${idle.peak}`);
  assert(busy.user > idle.user, `${busy.user} ms against ${idle.user}`);
});

Deno.test("cost says which program it cannot start", async () => {
  const { stdout, stderr } = await outcomeOf([cost, "no-such-program"]);
  assertEquals(splitReport(stdout).figures!.code, 125);
  assertStringIncludes(stderr, "no-such-program");
});
