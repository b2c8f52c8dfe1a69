import { assertEquals } from "@std/assert";
import { keepFigures, readFigures, sortFigures } from "./figures.ts";
import { report } from "./testing.ts";

const virtual = { ...report, machine: { ...report.machine, virtual: true } };

Deno.test("sortFigures() makes a file of each cap and kind of machine, without the rounds", () => {
  const files = sortFigures([report, virtual, report]);
  assertEquals([...files.keys()], ["10M.json", "100M.json", "vm-10M.json", "vm-100M.json"]);
  assertEquals(files.get("100M.json")?.length, 2);
  assertEquals(JSON.stringify([...files.values()]).includes('rounds":['), false);
});

Deno.test("keepFigures() replaces the caps that were measured, and no others", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await keepFigures(directory, [report]);
    const results = report.results.filter(({ rate }) => rate === 100e6);
    await keepFigures(directory, [{ ...report, command: "deno task bench --json y", results }]);
    const { mixes, add } = await readFigures(directory);
    assertEquals(
      mixes.map(({ command, results }) => [command, results.map(({ rate }) => rate)]),
      [["deno task bench --json y", [100e6]], ["deno task bench --json x", [10e6, 10e6]]],
    );
    assertEquals(add, null);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
