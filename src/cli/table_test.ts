import { assertEquals } from "@std/assert";
import { formatTable } from "./table.ts";

const COLUMNS = [{ head: "POD" }, { head: "BYTES", align: "right" }, { head: "WHY" }] as const;

Deno.test("formatTable() aligns cells under their headings, without lines or spaces at the end", () => {
  const text = formatTable(COLUMNS, [["default/web", "7", "x"], ["a", "12345", ""]]);
  assertEquals(text.split("\n"), [
    "POD          BYTES  WHY",
    "default/web      7  x",
    "a            12345",
  ]);
});

Deno.test("formatTable() without rows shows the headings", () => {
  assertEquals(formatTable(COLUMNS, []), "POD  BYTES  WHY");
});

Deno.test("formatTable() writes no colours, so that grep sees what people see", () => {
  assertEquals(formatTable([{ head: "A" }], [["b"]]).includes("\u001b"), false);
});
