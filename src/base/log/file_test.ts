import { assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import { appendLog } from "./file.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function withDirectory(test: (directory: string) => void): void {
  const directory = Deno.makeTempDirSync({ prefix: "natra-log-" });
  try {
    test(directory);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

function mode(path: string): string {
  return ((Deno.statSync(path).mode ?? 0) & 0o777).toString(8);
}

Deno.test("appendLog() makes the file and its directory for the owner and the group", () => {
  withDirectory((directory) => {
    const path = `${directory}/a/b/natra.log`;
    const before = Deno.umask(0o022);
    try {
      appendLog(path, bytes("one\n"));
    } finally {
      Deno.umask(before);
    }
    appendLog(path, bytes("two\n"));
    assertEquals(Deno.readTextFileSync(path), "one\ntwo\n");
    assertEquals([mode(path), mode(`${directory}/a/b`)], ["640", "750"]);
  });
});

Deno.test("appendLog() moves a full file to .1 and keeps one of those", () => {
  withDirectory((directory) => {
    const path = `${directory}/natra.log`;
    for (const line of ["1111\n", "2222\n", "3333\n", "4444\n", "5555\n"]) appendLog(path, bytes(line), 10);
    assertEquals(Deno.readTextFileSync(path), "5555\n");
    assertEquals(Deno.readTextFileSync(`${path}.1`), "3333\n4444\n");
    assertEquals([...Deno.readDirSync(directory)].length, 2);
  });
});

Deno.test("appendLog() never writes through a symbolic link, dangling or not", () => {
  withDirectory((directory) => {
    Deno.writeTextFileSync(`${directory}/victim`, "untouched");
    Deno.symlinkSync(`${directory}/victim`, `${directory}/natra.log`);
    assertThrows(() => appendLog(`${directory}/natra.log`, bytes("x\n")), Error, "not a regular file");
    Deno.symlinkSync(`${directory}/absent`, `${directory}/dangling.log`);
    assertThrows(() => appendLog(`${directory}/dangling.log`, bytes("x\n")), Error, "not a regular file");
    assertEquals(Deno.readTextFileSync(`${directory}/victim`), "untouched");
    assertThrows(() => Deno.statSync(`${directory}/absent`), Deno.errors.NotFound);
  });
});

Deno.test("appendLog() refuses a directory and a device", () => {
  withDirectory((directory) => {
    assertThrows(() => appendLog(directory, bytes("x\n")), Error, "not a regular file");
    assertThrows(() => appendLog("/dev/null", bytes("x\n")), Error, "not a regular file");
  });
});

Deno.test("appendLog() keeps the lines of several processes whole while they rotate", async () => {
  const directory = Deno.makeTempDirSync({ prefix: "natra-log-" });
  try {
    const path = `${directory}/natra.log`;
    const program = `
      import { appendLog } from ${JSON.stringify(new URL("./file.ts", import.meta.url).href)};
      for (let i = 0; i < 200; i++) {
        appendLog(${JSON.stringify(path)}, new TextEncoder().encode(Deno.args[0].repeat(60) + "\\n"), 20_000);
      }`;
    const file = `${directory}/writer.ts`;
    Deno.writeTextFileSync(file, program);
    const config = new URL("../../../deno.json", import.meta.url).pathname;
    const runs = ["a", "b"].map((letter) =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "--config", config, file, letter],
      }).output()
    );
    for (const run of await Promise.all(runs)) {
      assertEquals([run.code, new TextDecoder().decode(run.stderr)], [0, ""]);
    }
    const lines = [`${path}.1`, path].flatMap((name) => Deno.readTextFileSync(name).trimEnd().split("\n"));
    const whole = new Set(["a".repeat(60), "b".repeat(60)]);
    assertEquals(lines.filter((line) => !whole.has(line)), []);
    // Rotated as soon as it was full: at most one line of each process came after that.
    assertLessOrEqual(Deno.statSync(`${path}.1`).size, 20_000 + 2 * 61);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});
