import { assertEquals } from "@std/assert";
import { crashKind } from "./crash.ts";

const consoles = [
  ["crash", ""],
  ["crash", "sysrq: Trigger a crash\r\nKernel panic - not syncing: sysrq triggered crash"],
  ["crash", "print3: 0000 [#1]"],
  ["emulator", "[    2.558490] Oops: int3: 0000 [#2] PREEMPT SMP NOPTI\r\nKernel panic - not syncing"],
  ["emulator", "[    3.093098] int3: 0000 [#1] PREEMPT SMP NOPTI"],
] as const;

for (const [kind, console] of consoles) {
  Deno.test(`crashKind() is ${kind} of ${JSON.stringify(console)}`, () => {
    assertEquals(crashKind(console), kind);
  });
}
