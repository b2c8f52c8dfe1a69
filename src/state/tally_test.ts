import { assertEquals, assertThrows } from "@std/assert";
import { addToTally, readTally } from "./tally.ts";

function temporaryFile(): Disposable & { path: string } {
  const directory = Deno.makeTempDirSync({ prefix: "natra-tally-" });
  return {
    path: `${directory}/below/outcomes`,
    [Symbol.dispose]: () => Deno.removeSync(directory, { recursive: true }),
  };
}

Deno.test("readTally() gives zeros before the first count", () => {
  using file = temporaryFile();
  assertEquals(readTally(file.path, 3), [0n, 0n, 0n]);
});

Deno.test("addToTally() adds up, over calls and within one, and makes a private file", () => {
  using file = temporaryFile();
  addToTally(file.path, 3, [[0, 1n], [2, 5n]]);
  addToTally(file.path, 3, [[2, 1n << 40n], [2, 1n]]);
  assertEquals(readTally(file.path, 3), [1n, 0n, (1n << 40n) + 6n]);
  assertEquals((Deno.statSync(file.path).mode ?? 0) & 0o777, 0o600);
});

Deno.test("addToTally() keeps the counters of a version that had fewer", () => {
  using file = temporaryFile();
  addToTally(file.path, 1, [[0, 7n]]);
  addToTally(file.path, 3, [[2, 1n]]);
  assertEquals(readTally(file.path, 3), [7n, 0n, 1n]);
  assertEquals(readTally(file.path, 1), [7n]);
});

for (const corrupt of ["", "x", "12345678", "natally1123", "\0".repeat(64)]) {
  Deno.test(`addToTally() starts again from zero over ${JSON.stringify(corrupt)}`, () => {
    using file = temporaryFile();
    addToTally(file.path, 2, [[1, 9n]]);
    Deno.writeTextFileSync(file.path, corrupt);
    assertEquals(readTally(file.path, 2), [0n, 0n]);
    addToTally(file.path, 2, [[1, 1n]]);
    assertEquals(readTally(file.path, 2), [0n, 1n]);
  });
}

Deno.test("addToTally() throws where the file cannot be created", () => {
  assertThrows(() => addToTally("/proc/nowhere/outcomes", 1, [[0, 1n]]));
});

Deno.test("addToTally() loses no count of processes that add at once, some of them killed", async () => {
  using file = temporaryFile();
  const [writers, each] = [6, 50];
  const module = new URL("./tally.ts", import.meta.url).href;
  const code = (times: number): string =>
    `import { addToTally } from ${JSON.stringify(module)};
     for (let i = 0; i < ${times}; i++) addToTally(${JSON.stringify(file.path)}, 2, [[0, 1n], [1, 3n]]);`;
  const start = (times: number): Deno.ChildProcess =>
    new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", "--no-config", code(times)],
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
  const victims = Array.from({ length: 3 }, () => start(1_000_000));
  const children = Array.from({ length: writers }, () => start(each));
  const codes = await Promise.all(children.map(async (child) => (await child.status).code));
  for (const victim of victims) victim.kill("SIGKILL");
  await Promise.all(victims.map((victim) => victim.status));
  assertEquals(codes, codes.map(() => 0));
  const [ones = 0n, threes] = readTally(file.path, 2);
  assertEquals(threes, ones * 3n);
  assertEquals(ones >= BigInt(writers * each), true);
});
