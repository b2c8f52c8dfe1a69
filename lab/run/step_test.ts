import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Step } from "./groups.ts";
import { marked } from "./machine.ts";
import { runStep, type StepResult, type Surroundings } from "./step.ts";

/** Runs a step in a directory of its own. @param minutes As runStep() takes them. */
async function runAlone(
  step: Step,
  minutes = 1,
  files: Readonly<Record<string, string>> = {},
): Promise<StepResult & { mark: string }> {
  const root = await Deno.makeTempDir({ prefix: "natra-step-" });
  const mark = crypto.randomUUID();
  const around: Surroundings = { root, results: root, temp: root, mark, onProgress: () => {} };
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${root}/${name}`, text);
    const result = await runStep(step, "log", minutes, around);
    assertStringIncludes(result.output, await Deno.readTextFile(`${root}/log.log`));
    return { ...result, mark };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const shell = (script: string): Step => ({ name: "script", argv: ["sh", "-c", script], reports: false });
const denoTest: Step = { name: "tests", argv: ["deno", "test", "--no-config", "--no-check"], reports: true };

Deno.test("runStep() judges a program by its exit status, and keeps all that it says", async () => {
  const fine = await runAlone(shell("echo out; echo err >&2"));
  assertEquals(fine.cases.map(({ outcome }) => outcome), ["passed"]);
  assertEquals(fine.output.split("\n").sort(), ["", "err", "out"]);
  const bad = await runAlone(shell("exit 3"));
  assertEquals(bad.cases, [{ suite: "the run", name: "script", outcome: "failed" }]);
});

Deno.test("runStep() counts deno's tests one by one", async () => {
  const { cases } = await runAlone(denoTest, 1, {
    "a_test.ts": 'Deno.test("one", () => {}); Deno.test("two", () => { throw new Error("no"); });',
  });
  assertEquals(cases.map(({ name, outcome }) => [name, outcome]), [["one", "passed"], ["two", "failed"]]);
});

Deno.test("runStep() counts a file that fails before its first test, or does not parse", async () => {
  for (const text of ['Deno.test("one", () => {}); throw new Error("early");', "not ( TypeScript"]) {
    const { cases } = await runAlone(denoTest, 1, {
      "a_test.ts": text,
      "b_test.ts": 'Deno.test("b", () => {});',
    });
    assertEquals(cases.some(({ outcome }) => outcome === "failed"), true, text);
  }
});

Deno.test("runStep() counts a group without a test as failed", async () => {
  assertEquals((await runAlone(denoTest)).cases, [{ suite: "the run", name: "tests", outcome: "failed" }]);
});

Deno.test("runStep() ends what hangs, and what that began", async () => {
  const { cases, output, mark } = await runAlone(
    shell("setsid sleep 1000 & echo begun; exec sleep 1001"),
    0.02,
  );
  assertEquals(cases.map(({ outcome }) => outcome), ["failed"]);
  assertStringIncludes(output, "begun\n");
  assertStringIncludes(output, "ended after 0.02 minutes");
  assertEquals(marked(mark), []);
});
