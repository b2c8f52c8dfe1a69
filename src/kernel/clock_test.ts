import { assert } from "@std/assert";
import { monotonicNow } from "./clock.ts";

Deno.test("monotonicNow() runs forward, within the time that the machine is up", () => {
  const first = monotonicNow();
  const second = monotonicNow();
  const uptime = Number(Deno.readTextFileSync("/proc/uptime").split(" ")[0]);
  assert(second >= first);
  assert(first > 0n && Number(second) / 1e9 <= uptime + 1);
});
