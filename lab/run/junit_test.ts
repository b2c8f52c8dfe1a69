import { assertEquals, assertThrows } from "@std/assert";
import { type Case, parseJunit } from "./junit.ts";

/** Runs `deno test` over a file of this text. @returns What its report says. */
async function report(text: string): Promise<Case[]> {
  const directory = await Deno.makeTempDir({ prefix: "natra-junit-" });
  try {
    await Deno.writeTextFile(`${directory}/sample_test.ts`, text);
    await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-config", "--no-check", `--junit-path=${directory}/report.xml`, directory],
      stdout: "null",
      stderr: "null",
    }).output();
    return parseJunit(await Deno.readTextFile(`${directory}/report.xml`));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("parseJunit() reads what deno test writes: passed, failed, ignored, and steps", async () => {
  const cases = await report(`
    Deno.test("fine", () => {});
    Deno.test("a <b> & \\"c\\"", () => { throw new Error("no \\u001b[31m \\u0000 \\u0007 ]]>"); });
    Deno.test({ name: "later", ignore: true, fn() {} });
    Deno.test("outer", async (t) => {
      await t.step("one", () => {});
      await t.step({ name: "two", ignore: true, fn() {} });
    });`);
  assertEquals(cases.map(({ name, outcome }) => [name, outcome]), [
    ["fine", "passed"],
    ['a <b> & "c"', "failed"],
    ["later", "skipped"],
    ["outer", "passed"],
    ["outer > one", "passed"],
    ["outer > two", "skipped"],
  ]);
  assertEquals(cases.every(({ suite }) => suite.endsWith("sample_test.ts")), true);
});

Deno.test("parseJunit() counts a test that could not be judged as failed", () => {
  const xml =
    '<testsuites><testsuite name="f"><testcase name="t" time="1.5"><error message="x"/></testcase></testsuite></testsuites>';
  assertEquals(parseJunit(xml), [{ suite: "f", name: "t", outcome: "failed", seconds: 1.5 }]);
});

Deno.test("parseJunit() refuses what is no report, and one that is cut short", () => {
  assertThrows(() => parseJunit("<html/>"), Error, '"html"');
  assertThrows(() => parseJunit('<testsuites><testsuite name="f">'));
  assertThrows(() => parseJunit(""));
});
