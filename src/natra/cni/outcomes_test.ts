import { assertEquals } from "@std/assert";
import { NativeError } from "../../../ffi/native.ts";
import { MissingInterfaceError, UnsuitableInterfaceError } from "../../pod/veth.ts";
import {
  countEnd,
  countRefusal,
  countStart,
  DURATION_BOUNDS,
  failReason,
  readAddCounts,
} from "./outcomes.ts";

function temporaryFile(): Disposable & { path: string } {
  const directory = Deno.makeTempDirSync({ prefix: "natra-outcomes-" });
  return {
    path: `${directory}/outcomes`,
    [Symbol.dispose]: () => Deno.removeSync(directory, { recursive: true }),
  };
}

const total = (counts: readonly bigint[]): bigint => counts.reduce((sum, count) => sum + count, 0n);

Deno.test("readAddCounts() gives each count in its place", () => {
  using file = temporaryFile();
  countStart(file.path);
  countStart(file.path);
  countRefusal(file.path);
  countEnd("limited", 82, null, file.path);
  countEnd("unlimited", 0.5, null, file.path);
  countEnd("unlimited", 1e6, null, file.path);
  countEnd("failed", 100, "kernel", file.path);
  const { started, refused, failed, ended } = readAddCounts(file.path);
  assertEquals([started, refused], [2n, 1n]);
  assertEquals(failed, { interface: 0n, kernel: 1n, files: 0n, other: 0n });
  assertEquals(ended.limited.counts.indexOf(1n), 5); // 75 to 100 ms
  assertEquals([total(ended.limited.counts), ended.limited.sum], [1n, 82_000_000n]);
  assertEquals([ended.unlimited.counts[0], ended.unlimited.counts[DURATION_BOUNDS.length]], [1n, 1n]);
  assertEquals(ended.failed.counts.indexOf(1n), 5); // a bound is inside its bucket
});

Deno.test("counting in a file that cannot be created does nothing, and throws nothing", () => {
  countStart("/proc/nowhere/outcomes");
  countRefusal("/proc/nowhere/outcomes");
  countEnd("failed", 1, "other", "/proc/nowhere/outcomes");
});

/** What a write that the file system refuses throws. */
function refusal(): unknown {
  try {
    Deno.writeTextFileSync("/dev/full", "x");
  } catch (error) {
    return error;
  }
}

const REASONS: readonly (readonly [unknown, string])[] = [
  [new MissingInterfaceError("x"), "interface"],
  [new UnsuitableInterfaceError("x"), "interface"],
  [new NativeError("load", 1), "kernel"],
  [refusal(), "files"],
  [new Error("undoing it failed, too", { cause: new NativeError("load", 1) }), "kernel"],
  [new Error("x"), "other"],
  ["text", "other"],
  [undefined, "other"],
];
for (const [error, reason] of REASONS) {
  Deno.test(`failReason() of ${error instanceof Error ? error.name : error} is ${reason}`, () => {
    assertEquals<string>(failReason(error), reason);
  });
}
