import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { marked } from "./machine.ts";
import { recordDirectories } from "./room.ts";
import { runStep, type Step, type StepResult, type Surroundings } from "./step.ts";

/** Runs a part in a directory of its own. */
async function runAlone(
  step: Omit<Step, "name" | "minutes">,
  minutes = 1,
  files: Readonly<Record<string, string>> = {},
): Promise<StepResult & { mark: string }> {
  using _directories = recordDirectories();
  const root = await Deno.makeTempDir({ prefix: "natra-step-" });
  const mark = crypto.randomUUID();
  const around: Surroundings = { root, results: root, temp: root, mark };
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${root}/${name}`, text);
    const result = await runStep({ ...step, name: "log", minutes }, around);
    assertStringIncludes(result.output, await Deno.readTextFile(`${root}/log.log`));
    return { ...result, mark };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

type Program = Pick<Step, "argv" | "reports">;
const shell = (script: string): Program => ({ argv: ["sh", "-c", script], reports: false });
const denoTest: Program = { argv: ["deno", "test", "--no-config", "--no-check"], reports: true };

Deno.test("runStep() judges a program by its exit status, and keeps all that it says", async () => {
  const fine = await runAlone(shell("echo out; echo err >&2"));
  assertEquals(fine.cases.map(({ outcome }) => outcome), ["passed"]);
  assertEquals(fine.output.split("\n").sort(), ["", "err", "out"]);
  const bad = await runAlone(shell("exit 3"));
  assertEquals(bad.cases.map(({ seconds: _, ...rest }) => rest), [{
    suite: "the run",
    name: "log",
    outcome: "failed",
  }]);
});

Deno.test("runStep() counts deno's tests one by one", async () => {
  const { cases } = await runAlone(denoTest, 1, {
    "a_test.ts": 'Deno.test("one", () => {}); Deno.test("two", () => { throw new Error("no"); });',
  });
  assertEquals(cases.map(({ name, outcome }) => [name, outcome]), [["one", "passed"], ["two", "failed"]]);
});

Deno.test("runStep() leaves a test's own arguments to it", async () => {
  const { cases } = await runAlone({ ...denoTest, argv: [...denoTest.argv, "--", "races"] }, 1, {
    "a_test.ts": "Deno.test(`args ${Deno.args}`, () => {});",
  });
  assertEquals(cases.map(({ name, outcome }) => [name, outcome]), [["args races", "passed"]]);
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

Deno.test("runStep() counts a part without a test as failed", async () => {
  const { cases } = await runAlone(denoTest);
  assertEquals(cases.map(({ name, outcome }) => [name, outcome]), [["log", "failed"]]);
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

testIf(
  needsRootAnd(),
  "runStep() gives a part a bpffs and records of its own, and fails it for what it leaves there",
  async () => {
    const pin = `/sys/fs/bpf/natra/${crypto.randomUUID()}`;
    const { cases } = await runAlone(
      shell(`[ ! -e /sys/fs/bpf/natra ] && mkdir -p ${pin} && touch /run/natra/outcomes`),
    );
    assertEquals(cases.map(({ name, outcome }) => [name, outcome]), [
      ["log", "passed"],
      [`log left ${pin}`, "failed"],
    ]);
    await assertRejects(() => Deno.stat(pin), Deno.errors.NotFound);
  },
);
