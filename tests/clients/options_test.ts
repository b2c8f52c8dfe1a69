import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../rig/arguments.ts";
import { CLIENTS } from "./clients.ts";
import { parseOptions } from "./options.ts";

Deno.test("parseOptions() takes all clients where none is named, and the long form's numbers", () => {
  const { clients, together, inARow } = parseOptions([]);
  assertEquals([clients, together, inARow], [CLIENTS, 100, 200]);
});

Deno.test("parseOptions() takes the clients that are named, in their order", () => {
  const { clients, together } = parseOptions(["kubelet", "--together", "0", "cnitool"]);
  assertEquals([clients, together], [["kubelet", "cnitool"], 0]);
});

Deno.test("parseOptions() refuses what it does not know, and quotes it", () => {
  assertThrows(() => parseOptions(["docker"]), UsageError, `"docker"`);
  assertThrows(() => parseOptions(["--all"]), UsageError, `"--all"`);
  assertThrows(() => parseOptions(["--together", "251"]), UsageError, `"251"`);
});
