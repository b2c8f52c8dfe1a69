import { assertEquals, assertThrows } from "@std/assert";
import { parseRequest } from "./arguments.ts";
import { UsageError } from "../../tests/rig/options.ts";

Deno.test("parseRequest() reads every option", () => {
  const args = [
    "-m",
    "512",
    "-c",
    "1",
    "--icount",
    "1",
    "-t",
    "30",
    "-o",
    "out",
    "6.12",
    "a",
    "b/",
    "--",
    "echo",
    "-m",
  ];
  assertEquals(parseRequest(args), {
    kernel: "6.12",
    files: ["a", "b/"],
    command: "echo -m",
    memory: 512,
    cpus: 1,
    icount: 1,
    timeout: 30,
    outDir: "out",
  });
});

Deno.test("parseRequest() keeps a kernel's name as it is written", () => {
  assertEquals(parseRequest(["5.10", "--", "true"]), { kernel: "5.10", files: [], command: "true" });
});

for (
  const [args, quoted] of [
    [[], "no kernel"],
    [["6.12"], "no command"],
    [["6.12", "--"], "no command"],
    [["--fast", "6.12", "--", "true"], '"--fast"'],
    [["-m", "lots", "6.12", "--", "true"], '"lots"'],
    [["-m", "1", "6.12", "--", "true"], '"1" for "--memory"'],
    [["--icount=-1", "6.12", "--", "true"], '"--icount"'],
    [["-o", "", "6.12", "--", "true"], '"--out"'],
  ] as const
) {
  Deno.test(`parseRequest() refuses ${JSON.stringify(args)}`, () => {
    assertThrows(() => parseRequest(args), UsageError, quoted);
  });
}
