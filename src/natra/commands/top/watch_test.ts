import { assertEquals } from "@std/assert";
import type { View } from "./screen.ts";
import { keysIn } from "./terminal.ts";
import { press } from "./watch.ts";

const VIEW: View = { sort: "rate", classes: false, first: 5, help: false };
const firstAfter = (key: string, view = VIEW): number => press(view, key, 30, 10).first;

Deno.test("keysIn() takes a terminal's sequences apart, and keeps those that it does not know together", () => {
  assertEquals(keysIn("q\u001b[A\u001bOB\u001b[5~x\u001b[15~\u0003"), [
    ..."q,up,down,pgup,x,unknown,ctrl-c".split(","),
  ]);
  assertEquals(keysIn("\u001b"), ["\u001b"]);
  assertEquals(keysIn(""), []);
});

Deno.test("press() sorts by letter, from the first flow on", () => {
  const sorts = [..."rsbap"].map((key) => press(VIEW, key, 30, 10));
  assertEquals(sorts.map(({ sort }) => sort), ["rate", "share", "bytes", "age", "pod"]);
  assertEquals(sorts.every(({ first }) => first === 0), true);
});

Deno.test("press() scrolls by flow and by page, and stays among the flows", () => {
  assertEquals(["up", "k", "down", "j", "pgup", "pgdn", "home"].map((key) => firstAfter(key)), [
    4,
    4,
    6,
    6,
    0,
    15,
    0,
  ]);
  assertEquals([firstAfter("pgdn", { ...VIEW, first: 18 }), press(VIEW, "down", 3, 10).first], [20, 0]);
});

Deno.test("press() shows the classes and the keys, and any key hides those again", () => {
  assertEquals(press(VIEW, "c", 30, 10).classes, true);
  const help = press(VIEW, "h", 30, 10);
  assertEquals([help.help, press(help, "b", 30, 10)], [true, VIEW]);
});
