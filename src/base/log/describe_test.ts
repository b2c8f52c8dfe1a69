import { assertEquals, assertThrows } from "@std/assert";
import { describeError, ifThere } from "./describe.ts";

Deno.test("describeError() gives the message of whatever was thrown", () => {
  assertEquals([describeError(new TypeError("no")), describeError("no"), describeError(7)], [
    "no",
    "no",
    "7",
  ]);
});

Deno.test("ifThere() returns the result, or the default for a missing file, and throws other errors", () => {
  const directory = Deno.makeTempDirSync({ prefix: "natra-there-" });
  try {
    const read = (name: string): string | null =>
      ifThere(() => Deno.readTextFileSync(`${directory}/${name}`), null);
    Deno.writeTextFileSync(`${directory}/one`, "1");
    assertEquals([read("one"), read("two")], ["1", null]);
    assertThrows(() => read("one/two"), Deno.errors.NotADirectory);
    assertThrows(() => read("."), Deno.errors.IsADirectory);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});
