import { assert, assertEquals, assertGreaterOrEqual, assertThrows } from "@std/assert";
import fc from "fast-check";
import { anyText } from "../tests/rig/any_text.ts";
import { needsBuilt, testIf } from "../tests/rig/needs.ts";
import { Errno } from "./errno.ts";
import {
  address,
  callback,
  checkErrno,
  checkNegative,
  cstr,
  embedded,
  libc,
  NativeError,
  notNull,
  text,
  view,
} from "./native.ts";

const EBADF = 9;
const libbpf = needsBuilt("libbpf.so");
/** An embedded library stays open until the process ends. */
const staysOpen = { sanitizeResources: false };

Deno.test("checkErrno() gives each of thousands of failing calls its own errno", () => {
  const missing = cstr("/no/such/file");
  const directory = cstr("/");
  const O_WRONLY = 1;
  const failures = [
    { code: Errno.ENOENT, call: (): number => libc.open(missing, 0) },
    { code: EBADF, call: (): number => libc.close(-1) },
    { code: 21, /* EISDIR */ call: (): number => libc.open(directory, O_WRONLY) },
    { code: Errno.EINVAL, call: (): number => libc.memfd_create(missing, 0xffff_0000) },
  ];
  for (let round = 0; round < 5000; round++) {
    for (const { code, call } of failures) {
      const error = assertThrows(() => checkErrno("try", call()), NativeError);
      if (error.code !== code) assertEquals(error.code, code, `in round ${round}`);
    }
  }
});

Deno.test("checkErrno() returns a result that is not a failure, as a number", () => {
  assertEquals([checkErrno("x", 0), checkErrno("x", 7), checkErrno("x", 7n)], [0, 7, 7]);
});

Deno.test("checkNegative() throws the errno of a negative result, with the library's output", () => {
  assertEquals(checkNegative("x", 3), 3);
  const error = assertThrows(() => checkNegative('pin link "p"', -Errno.EEXIST, "a line"), NativeError);
  assertEquals([error.call, error.code, error.log], ['pin link "p"', Errno.EEXIST, "a line"]);
});

Deno.test("notNull() refuses NULL", () => {
  const pointer = notNull("find errno", libc.__errno_location());
  assert(pointer !== null);
  assertThrows(() => notNull("find errno", null), NativeError, "Cannot find errno: ");
});

Deno.test("NativeError has the failed call, the errno's name, and the library's output", () => {
  assertEquals(new NativeError('open pin "/p"', 2).message, 'Cannot open pin "/p": ENOENT');
  assertEquals(new NativeError("load", 13, "R1 invalid").message, "Cannot load: EACCES (R1 invalid)");
});

Deno.test("cstr() refuses a zero byte, and names the text", () => {
  assertThrows(() => cstr("eth\0" + "0"), Error, '"eth\\u00000"');
});

Deno.test("text() reads back what cstr() wrote, whatever follows the zero", () => {
  const wellFormed = anyText().filter((value) => value.isWellFormed() && !value.includes("\0"));
  fc.assert(fc.property(wellFormed, fc.uint8Array({ maxLength: 8 }), (value, rest) => {
    assertEquals(text(new Uint8Array([...cstr(value), ...rest])), value);
  }));
});

Deno.test("text() keeps a byte order mark, which is part of a name", () => {
  assertEquals(text(cstr("\ufeffeth0")), "\ufeffeth0");
});

Deno.test("text() reads all bytes if there is no zero", () =>
  assertEquals(text(new Uint8Array([97, 98])), "ab"));

Deno.test("view() and address() show the same memory to both sides", () => {
  const bytes = new Uint8Array([1, 2, 3, 4]);
  const pointer = notNull("point", Deno.UnsafePointer.create(address(bytes)));
  const seen = new Uint8Array(view(pointer, bytes.length));
  bytes[2] = 30;
  assertEquals(seen, new Uint8Array([1, 2, 30, 4]));
});

Deno.test("callback() makes a function that native code can call, until it is closed", () => {
  const made = callback({ parameters: ["i32"], result: "i32" }, (n) => n + 1);
  try {
    const call = new Deno.UnsafeFnPointer(made.pointer, { parameters: ["i32"], result: "i32" });
    assertEquals(call.call(41), 42);
  } finally {
    made.close();
  }
});

testIf(libbpf, "embedded() opens a library from memory, and leaves no file of it", () => {
  const lib = embedded("libbpf.so", { libbpf_num_possible_cpus: { parameters: [], result: "i32" } });
  assertGreaterOrEqual(lib.libbpf_num_possible_cpus(), navigator.hardwareConcurrency);
  const from = Deno.readTextFileSync("/proc/self/maps").split("\n").filter((line) => line.includes("libbpf"));
  assert(from.length > 0);
  assertEquals(from.filter((line) => !line.endsWith("/memfd:libbpf.so (deleted)")), []);
}, staysOpen);

testIf(libbpf, "embedded() names a function that the library lacks, before any is called", () => {
  const symbols = { natra_no_such_function: { parameters: [], result: "void" } } as const;
  assertThrows(() => embedded("libbpf.so", symbols), Error, "natra_no_such_function");
}, staysOpen);

Deno.test("embedded() names a file that is missing", () => {
  assertThrows(() => embedded("no-such-library.so", {}), Deno.errors.NotFound, "no-such-library.so");
});
