import { assertEquals, assertRejects } from "@std/assert";
import { context } from "./context.ts";
import type { Step } from "./step.ts";
import { runStep } from "./step.ts";

Deno.test("runStep() runs a step once until an input changes, and again after a failure", async () => {
  const build = await Deno.makeTempDir();
  try {
    const input = `${build}/in`, output = `${build}/out`;
    let runs = 0, broken = false;
    const step: Step = {
      name: "a test",
      outputs: [output],
      inputs: () => [{ file: input }],
      run: async () => {
        runs++;
        if (broken) throw new Error("Cannot compile");
        await Deno.copyFile(input, output);
      },
    };
    const here = { ...context(false), build };
    await Deno.writeTextFile(input, "1");
    await runStep(here, step);
    await runStep(here, step);
    assertEquals(runs, 1);
    await Deno.writeTextFile(input, "2");
    broken = true;
    await assertRejects(() => runStep(here, step), Error, "Cannot compile");
    broken = false;
    await runStep(here, step);
    assertEquals([runs, await Deno.readTextFile(output)], [3, "2"]);
  } finally {
    await Deno.remove(build, { recursive: true });
  }
});
