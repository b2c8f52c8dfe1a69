import { assertEquals, assertThrows } from "@std/assert";
import { writeTextfile } from "./textfile.ts";

Deno.test("writeTextfile() replaces the file, readable by every user, and leaves nothing beside it", () => {
  const directory = Deno.makeTempDirSync({ prefix: "natra-textfile-" });
  try {
    const path = `${directory}/natra.prom`;
    for (const text of ["one 1\n", "two 2\n".repeat(10_000)]) {
      writeTextfile(path, text);
      assertEquals(Deno.readTextFileSync(path), text);
    }
    assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o644);
    assertEquals([...Deno.readDirSync(directory)].map(({ name }) => name), ["natra.prom"]);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});

Deno.test("writeTextfile() that fails leaves what was there, and no draft", () => {
  const directory = Deno.makeTempDirSync({ prefix: "natra-textfile-" });
  try {
    Deno.mkdirSync(`${directory}/natra.prom`); // a file cannot take a directory's place
    assertThrows(() => writeTextfile(`${directory}/natra.prom`, "x 1\n"));
    assertEquals([...Deno.readDirSync(directory)].map(({ name }) => name), ["natra.prom"]);
    assertThrows(() => writeTextfile(`${directory}/nowhere/natra.prom`, "x 1\n"), Deno.errors.NotFound);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});
